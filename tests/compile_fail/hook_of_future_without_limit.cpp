// expect-error: vicar: a hook takes a std::optional<std::chrono::nanoseconds>
#include <chrono>
#include <optional>
#include <vicar/future.hpp>
void use() {
#ifdef CONTROL
  vicar::future<int>::from_hook([](std::optional<std::chrono::nanoseconds>) { return 1; }).get();
#else
  vicar::future<int>::from_hook([] { return 1; }).get();
#endif
}
