// expect-error: vicar: wait takes no timeout
#include <chrono>
#include <vicar/future.hpp>
void use(const vicar::future<int>& future) {
#ifdef CONTROL
  static_cast<void>(future.wait_for(std::chrono::seconds{1}));
#else
  future.wait(std::chrono::seconds{1});
#endif
}
