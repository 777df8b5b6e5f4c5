// expect-error: vicar: reduce cannot call this function
#include <string>
#include <vector>
#include <vicar/future.hpp>
void use(const vicar::future<std::vector<int>>& numbers) {
#ifdef CONTROL
  numbers.reduce([](const std::string& a, int) { return a; }, std::string{}).get();
#else
  numbers.reduce([](int, int) { return std::string{}; }, 0).get();
#endif
}
