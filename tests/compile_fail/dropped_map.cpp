// expect-error: ignoring return value
#pragma GCC diagnostic error "-Wunused-result"
#include <vicar/future.hpp>
void use(const vicar::future<int>& future) {
#ifdef CONTROL
  future.map([](int number) { return number; }).get();
#else
  future.map([](int number) { return number; });
#endif
}
