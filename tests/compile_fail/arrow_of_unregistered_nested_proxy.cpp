// expect-error: vicar: this class has no registered members
#include <vicar/actor_proxy.hpp>
struct playback {
  void play() {}
};
#ifdef CONTROL
VICAR_PROXY(playback, play)
#endif
void use(const vicar::nested_proxy<playback>& proxy) { proxy->play(); }
