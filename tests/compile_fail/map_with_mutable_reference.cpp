// expect-error: vicar: map cannot call this function with the future's value
#include <vicar/future.hpp>
void use(const vicar::future<int>& number) {
#ifdef CONTROL
  number.map([](const int& i) { return i + 1; }).get();
#else
  number.map([](int& i) { return i + 1; }).get();
#endif
}
