// expect-error: vicar: then needs a place, which determines the thread
#include <vicar/future.hpp>
void use(const vicar::future<int>& future) {
#ifdef CONTROL
  static_cast<void>(future.map([](int number) { return number; }));
#else
  future.then([](int number) { return number; });
#endif
}
