// expect-error: ignoring return value
#pragma GCC diagnostic error "-Wunused-result"
#include <vicar/future.hpp>
void use(const vicar::future<int>& future) {
#ifdef CONTROL
  if (!future.ready()) future.wait();
#else
  future.ready();
#endif
}
