// expect-error: vicar: a proxy's member is not a value
#include <vicar/actor_proxy.hpp>
struct playback {
  int volume = 5;
};
struct player {
  vicar::traversable<playback> sound;
};
VICAR_PROXY(player, sound)
playback use(const vicar::actor_proxy<player>& proxy) {
#ifdef CONTROL
  return proxy->sound.get();
#else
  return proxy->sound;
#endif
}
