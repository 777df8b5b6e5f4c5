// expect-error: vicar: get, set and at need a pointer to a data member
#include <vicar/actor_proxy.hpp>
struct playback {
  int volume = 5;
};
struct player {
  playback& sound() { return sound_; }
  vicar::traversable<playback> sound_;
};
int use(const vicar::actor_proxy<player>& proxy) {
#ifdef CONTROL
  return proxy.at(&player::sound_).get(&playback::volume).get();
#else
  return proxy.at(&player::sound).get(&playback::volume).get();
#endif
}
