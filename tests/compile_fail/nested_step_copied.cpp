// expect-error: vicar: a member of a proxy cannot be copied
#include <vicar/actor_proxy.hpp>
struct playback {
  int volume = 5;
};
struct player {
  vicar::traversable<playback> sound;
};
VICAR_PROXY(playback, volume)
VICAR_PROXY(player, sound)
int use(const vicar::actor_proxy<player>& proxy) {
#ifdef CONTROL
  auto sound = proxy.at(&player::sound);
#else
  auto sound = proxy->sound;
#endif
  return sound->volume.get();
}
