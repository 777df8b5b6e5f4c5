// expect-error: vicar: this member cannot be traversed
#include <vicar/actor_proxy.hpp>
struct playback {
  int volume = 5;
};
struct player {
#ifdef CONTROL
  vicar::traversable<playback> sound;
#else
  playback sound;
#endif
};
int use(const vicar::actor_proxy<player>& proxy) { return proxy.at<&player::sound>().get(&playback::volume).get(); }
