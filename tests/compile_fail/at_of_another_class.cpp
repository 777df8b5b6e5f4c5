// expect-error: vicar: this member pointer is of another class than the actor's
#include <vicar/actor_proxy.hpp>
struct playback {
  int volume = 5;
};
struct player {
  vicar::traversable<playback> sound;
};
struct other {
  vicar::traversable<playback> sound;
};
int use(const vicar::actor_proxy<player>& proxy) {
#ifdef CONTROL
  return proxy.at(&player::sound).get(&playback::volume).get();
#else
  return proxy.at(&other::sound).get(&playback::volume).get();
#endif
}
