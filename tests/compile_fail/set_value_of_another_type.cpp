// expect-error: vicar: set_value cannot make the promise's type from this value
#include <vicar/future.hpp>
void use(vicar::promise<int>& promise) {
#ifdef CONTROL
  promise.set_value(1);
#else
  promise.set_value("1");
#endif
}
