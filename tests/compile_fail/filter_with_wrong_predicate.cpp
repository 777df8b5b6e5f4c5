// expect-error: vicar: filter cannot call this predicate
#include <string>
#include <vector>
#include <vicar/future.hpp>
void use(const vicar::future<std::vector<int>>& numbers) {
#ifdef CONTROL
  numbers.filter([](int i) { return i > 1; }).get();
#else
  numbers.filter([](const std::string& text) { return text.empty(); }).get();
#endif
}
