// expect-error: vicar: the future's type cannot be made from this value
#include <vicar/future.hpp>
void use(vicar::promise<int>& promise) {
#ifdef CONTROL
  promise.set_value(1);
#else
  promise.set_value("1");
#endif
}
