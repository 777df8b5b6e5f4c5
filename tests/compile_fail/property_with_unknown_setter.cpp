// expect-error: vicar: the setter of this property does not take this value
#include <vicar/actor_proxy.hpp>
struct thermometer {
  double celsius() const { return 20; }
  void set_celsius(double) {}
};
#ifdef CONTROL
VICAR_PROXY(thermometer, VICAR_PROPERTY(temperature, celsius, set_celsius))
#else
VICAR_PROXY(thermometer, VICAR_PROPERTY(temperature, celsius, set_celcius))
#endif
void use(const vicar::actor_proxy<thermometer>& proxy) { proxy->temperature = 30; }
