// expect-error: vicar: snapshot prints aggregates
#include <vicar/inspect.hpp>
#include <vicar/vicar.hpp>
class adder {
 public:
  explicit adder(int first) : calls{first} {}
  int calls;
};
#ifdef CONTROL
VICAR_PROXY(adder, calls)
#endif
auto use(const vicar::actor_proxy<adder>& proxy) { return proxy.snapshot(); }
