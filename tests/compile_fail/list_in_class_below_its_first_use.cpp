// expect-error: vicar: VICAR_PROXY_MEMBERS is below a function of the class that uses a member by name
#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
class adder {
 public:
#ifdef CONTROL
  VICAR_PROXY_MEMBERS(add_one)
#endif
  void on_start() { vicar::self(*this).proxy()->add_one.defer(1); }
  int add_one(int number) { return number + 1; }
#ifndef CONTROL
  VICAR_PROXY_MEMBERS(add_one)
#endif
};
void use() { vicar::start<adder>(); }
