// expect-error: vicar: this member is used as a field
#include <vicar/actor_proxy.hpp>
struct playback {
  void play() {}
};
struct player {
  playback& sound() { return sound_; }
  vicar::traversable<playback> sound_;
};
VICAR_PROXY(playback, play)
VICAR_PROXY(player, sound, sound_)
void use(const vicar::actor_proxy<player>& proxy) {
#ifdef CONTROL
  proxy->sound_->play();
#else
  proxy->sound->play();
#endif
}
