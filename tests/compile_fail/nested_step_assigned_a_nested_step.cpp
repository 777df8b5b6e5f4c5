// expect-error: vicar: one proxy's member cannot be assigned to another's
#include <vicar/actor_proxy.hpp>
struct playback {
  int volume = 5;
};
struct player {
  vicar::traversable<playback> sound;
};
VICAR_PROXY(player, sound)
void use(const vicar::actor_proxy<player>& a, const vicar::actor_proxy<player>& b) {
#ifdef CONTROL
  a->sound = b->sound.get();
#else
  a->sound = b->sound;
#endif
}
