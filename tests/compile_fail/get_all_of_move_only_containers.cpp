// expect-error: vicar: get_all has to move these values out of their futures
#include <memory>
#include <utility>
#include <vector>
#include <vicar/future.hpp>
auto use(std::vector<vicar::future<std::vector<std::unique_ptr<int>>>>& futures) {
#ifdef CONTROL
  return vicar::get_all(std::move(futures));
#else
  return vicar::get_all(futures);
#endif
}
