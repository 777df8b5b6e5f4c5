// expect-error: vicar: a future has no then
#include <vicar/future.hpp>
void use(const vicar::future<int>& future) {
#ifdef CONTROL
  static_cast<void>(future.map([](int number) { return number; }));
#else
  future.then([](int number) { return number; });
#endif
}
