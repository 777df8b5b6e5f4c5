// expect-error: vicar: a future holds a value
#include <vicar/future.hpp>
void use() {
#ifdef CONTROL
  vicar::future<int> future;
#else
  vicar::future<const int> future;
#endif
  static_cast<void>(future);
}
