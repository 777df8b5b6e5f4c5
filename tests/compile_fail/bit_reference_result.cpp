// expect-error: vicar: this result is a view into the actor's own data
#include <cstddef>
#include <vector>
#include <vicar/actor_proxy.hpp>
struct switches {
#ifdef CONTROL
  bool is_on(std::size_t index) { return on[index]; }
#else
  auto is_on(std::size_t index) { return on[index]; }
#endif
  std::vector<bool> on;
};
VICAR_PROXY(switches, is_on)
void use(const vicar::actor_proxy<switches>& proxy) { proxy->is_on(0).get(); }
