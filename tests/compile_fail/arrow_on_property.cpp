// expect-error: vicar: this member cannot be traversed
#include <vicar/actor_proxy.hpp>
struct playback {
  static constexpr bool vicar_traversable = true;
  void play() {}
};
struct player {
  const playback& current() const { return sound; }
  playback sound;
};
VICAR_PROXY(playback, play)
VICAR_PROXY(player, sound, VICAR_PROPERTY(now, current))
void use(const vicar::actor_proxy<player>& proxy) {
#ifdef CONTROL
  proxy->sound->play();
#else
  proxy->now->play();
#endif
}
