// expect-error: vicar: this value can be neither moved nor copied out of its future
#include <atomic>
#include <utility>
#include <vicar/future.hpp>
int use(vicar::future<std::atomic<int>> future) {
#ifdef CONTROL
  return future.get().load();
#else
  return std::move(future).get().load();
#endif
}
