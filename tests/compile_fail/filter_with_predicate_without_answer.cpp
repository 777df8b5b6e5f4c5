// expect-error: vicar: filter cannot call this predicate
#include <vector>
#include <vicar/future.hpp>
void use(const vicar::future<std::vector<int>>& numbers) {
#ifdef CONTROL
  numbers.filter([](int i) { return i > 1; }).get();
#else
  numbers.filter([](int) {}).get();
#endif
}
