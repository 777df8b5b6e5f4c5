// expect-error: vicar: map cannot call this function
#include <vicar/future.hpp>
void use(const vicar::future<void>& done) {
#ifdef CONTROL
  done.map([] { return 1; }).get();
#else
  done.map([](int i) { return i; }).get();
#endif
}
