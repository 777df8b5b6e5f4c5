// expect-error: vicar: this method is declared with &&
#include <string>
#include <utility>
#include <vicar/actor_proxy.hpp>
struct builder {
  std::string build() && { return "built"; }
};
void use(const vicar::actor_proxy<builder>& proxy) {
#ifdef CONTROL
  proxy.call([](builder& object) { return std::move(object).build(); });
#else
  proxy.call(&builder::build);
#endif
}
