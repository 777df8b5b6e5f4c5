// expect-error: vicar: this class has no registered members at this point
#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  void on_start();
#else
  void on_start() { vicar::self(*this).proxy()->add_one.defer(1); }
#endif
  int add_one(int number) { return number + 1; }
};
VICAR_PROXY(adder, add_one)
#ifdef CONTROL
inline void adder::on_start() { vicar::self(*this).proxy()->add_one.defer(1); }
#endif
void use() { vicar::start<adder>(); }
