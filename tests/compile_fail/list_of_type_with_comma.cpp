// expect-error: vicar: VICAR_PROXY cannot take a type with a comma in its name
#include <vicar/actor_proxy.hpp>
template <class First, class Second>
struct pair {
  First first;
  Second second;
};
#ifdef CONTROL
using position = pair<int, int>;
VICAR_PROXY(position, first, second)
#else
VICAR_PROXY(pair<int, int>, first, second)
#endif
