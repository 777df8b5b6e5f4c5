// expect-error: vicar: a future is not its value and cannot be printed
#include <fmt/core.h>
#include <vicar/future.hpp>
void use(const vicar::future<int>& future) {
#ifdef CONTROL
  fmt::print("{}", future.get());
#else
  fmt::print("{}", future);
#endif
}
