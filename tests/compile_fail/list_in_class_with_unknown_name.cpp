// expect-error: has 'ad_one', but the class has no accessible member of that name
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  VICAR_PROXY_MEMBERS(add_one)
#else
  VICAR_PROXY_MEMBERS(ad_one)
#endif
  int add_one(int i) { return i + 1; }
};
static_assert(vicar::member_names<adder>().size() == 1);
