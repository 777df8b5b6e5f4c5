// expect-error: vicar: this property is read-only
#include <vicar/actor_proxy.hpp>
struct thermometer {
  double celsius() const { return 20; }
  void set_celsius(double) {}
};
#ifdef CONTROL
VICAR_PROXY(thermometer, VICAR_PROPERTY(temperature, celsius, set_celsius))
#else
VICAR_PROXY(thermometer, VICAR_PROPERTY(temperature, celsius))
#endif
void use(const vicar::actor_proxy<thermometer>& proxy) { proxy->temperature = 30; }
