// expect-error: ignoring (returned value|return value)
#pragma GCC diagnostic error "-Wunused-result"
#include <vicar/task.hpp>
vicar::task<int> other();
vicar::task<int> use() {
#ifdef CONTROL
  static_cast<void>(co_await other());
#else
  other();
#endif
  co_return 1;
}
