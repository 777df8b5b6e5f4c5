// expect-error: vicar: a bit-field is written with a setter
#include <vicar/actor_proxy.hpp>
struct flags {
  unsigned get_mode() const { return mode; }
  void set_mode(unsigned value) { mode = value & 7U; }
  unsigned mode : 3 = 5;
};
#ifdef CONTROL
VICAR_PROXY(flags, VICAR_PROPERTY(mode, get_mode, set_mode))
#else
VICAR_PROXY(flags, mode)
#endif
void use(const vicar::actor_proxy<flags>& proxy) { proxy->mode = 3U; }
