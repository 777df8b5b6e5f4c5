// expect-error: vicar: the method cannot be called with these arguments
#include <vicar/actor_proxy.hpp>
struct playback {
  int play(int track) { return track; }
};
struct player {
  vicar::traversable<playback> sound;
};
VICAR_PROXY(playback, play)
VICAR_PROXY(player, sound)
int use(const vicar::actor_proxy<player>& proxy) {
#ifdef CONTROL
  return proxy->sound->play(1).get();
#else
  return proxy->sound->play("1").get();
#endif
}
