// expect-error: vicar: a hook takes a std::optional<std::chrono::nanoseconds>
#include <chrono>
#include <optional>
#include <vicar/future.hpp>
void use(vicar::promise<int>& promise) {
#ifdef CONTROL
  promise.set_get_hook([](std::optional<std::chrono::nanoseconds>) { return 1; });
#else
  promise.set_get_hook([] { return 1; });
#endif
}
