// expect-error: vicar: this is a plain pointer, such as one to a static data member
#include <vicar/actor_proxy.hpp>
struct limits {
  static inline int most = 4;
};
VICAR_PROXY(limits, most)
int use(const vicar::actor_proxy<limits>& proxy) {
#ifdef CONTROL
  return proxy->most.get();
#else
  return proxy.get(&limits::most).get();
#endif
}
