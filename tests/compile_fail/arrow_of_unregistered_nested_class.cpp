// expect-error: vicar: this class has no registered members
#include <vicar/actor_proxy.hpp>
struct playback {
  void play() {}
};
struct player {
  vicar::traversable<playback> sound;
};
#ifdef CONTROL
VICAR_PROXY(playback, play)
#endif
VICAR_PROXY(player, sound)
void use(const vicar::actor_proxy<player>& proxy) { proxy->sound->play(); }
