// expect-error: vicar: the property 'temperature' has no accessible getter 'celcius'
#include <vicar/actor_proxy.hpp>
struct thermometer {
  double celsius() const { return 20; }
};
#ifdef CONTROL
VICAR_PROXY(thermometer, VICAR_PROPERTY(temperature, celsius))
#else
VICAR_PROXY(thermometer, VICAR_PROPERTY(temperature, celcius))
#endif
double use(const vicar::actor_proxy<thermometer>& proxy) { return proxy->temperature.get(); }
