// expect-error: vicar: one proxy's member cannot be assigned to another's
#include <vicar/actor_proxy.hpp>
struct thermometer {
  double celsius() const { return 20; }
  void set_celsius(double) {}
};
VICAR_PROXY(thermometer, VICAR_PROPERTY(temperature, celsius, set_celsius))
void use(const vicar::actor_proxy<thermometer>& a, const vicar::actor_proxy<thermometer>& b) {
#ifdef CONTROL
  a->temperature = b->temperature.get();
#else
  a->temperature = b->temperature;
#endif
}
