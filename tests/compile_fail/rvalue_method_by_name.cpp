// expect-error: vicar: this method is declared with &&
#include <string>
#include <vicar/actor_proxy.hpp>
struct builder {
#ifdef CONTROL
  std::string build() { return "built"; }
#else
  std::string build() && { return "built"; }
#endif
};
VICAR_PROXY(builder, build)
void use(const vicar::actor_proxy<builder>& proxy) { proxy->build(); }
