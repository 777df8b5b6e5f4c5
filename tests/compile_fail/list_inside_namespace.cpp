// expect-error: vicar: VICAR_PROXY belongs at global scope
#include <vicar/actor_proxy.hpp>
namespace app {
struct adder {
  int add_one(int i) { return i + 1; }
};
#ifdef CONTROL
}  // namespace app
VICAR_PROXY(app::adder, add_one)
#else
VICAR_PROXY(adder, add_one)
}  // namespace app
#endif
