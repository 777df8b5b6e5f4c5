// expect-error: vicar: this member cannot be traversed
#include <vicar/actor_proxy.hpp>
struct playback {
  void play() {}
};
struct player {
#ifdef CONTROL
  vicar::traversable<playback> sound;
#else
  playback sound;
#endif
};
VICAR_PROXY(playback, play)
VICAR_PROXY(player, sound)
void use(const vicar::actor_proxy<player>& proxy) { proxy->sound->play(); }
