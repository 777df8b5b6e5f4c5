// expect-error: vicar: wait_until takes a time_point
#include <chrono>
#include <vicar/future.hpp>
void use(const vicar::future<int>& future) {
#ifdef CONTROL
  static_cast<void>(future.wait_for(std::chrono::seconds{1}));
#else
  static_cast<void>(future.wait_until(std::chrono::seconds{1}));
#endif
}
