// expect-error: vicar: a future holds a value
#include <vicar/future.hpp>
void use() {
#ifdef CONTROL
  vicar::promise<int> promise;
#else
  vicar::promise<int&> promise;
#endif
  promise.get_future();
}
