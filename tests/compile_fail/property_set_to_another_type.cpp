// expect-error: vicar: the setter of this property does not take this value
#include <vicar/actor_proxy.hpp>
struct thermometer {
  double celsius() const { return 20; }
  void set_celsius(double) {}
};
VICAR_PROXY(thermometer, VICAR_PROPERTY(temperature, celsius, set_celsius))
void use(const vicar::actor_proxy<thermometer>& proxy) {
#ifdef CONTROL
  proxy->temperature.set(30);
#else
  proxy->temperature.set("30");
#endif
}
