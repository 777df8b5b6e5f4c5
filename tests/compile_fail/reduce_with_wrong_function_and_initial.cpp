// expect-error: vicar: reduce cannot call this function
#include <string>
#include <vector>
#include <vicar/future.hpp>
void use(const vicar::future<std::vector<int>>& numbers) {
#ifdef CONTROL
  numbers.reduce([](int a, int b) { return a + b; }, 0).get();
#else
  numbers.reduce([](const std::string& a, int) { return a; }, 0).get();
#endif
}
