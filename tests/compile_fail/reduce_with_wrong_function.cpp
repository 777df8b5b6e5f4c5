// expect-error: vicar: reduce cannot call this function
#include <vector>
#include <vicar/future.hpp>
void use(const vicar::future<std::vector<int>>& numbers) {
#ifdef CONTROL
  numbers.reduce([](int a, int b) { return a + b; }).get();
#else
  numbers.reduce([](int a) { return a; }).get();
#endif
}
