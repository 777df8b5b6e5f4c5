// expect-error: vicar: the method cannot be called with these arguments
#include <vicar/vicar.hpp>

class engine {
 public:
  int start(int gear) { return gear; }
};
class car : private engine {
 public:
  using engine::start;
};
VICAR_PROXY(car, start)

void use(vicar::actor_proxy<car> proxy) {
#ifdef CONTROL
  proxy->start(1);
#else
  proxy->start("first");
#endif
}
