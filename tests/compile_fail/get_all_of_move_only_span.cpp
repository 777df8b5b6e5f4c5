// expect-error: vicar: get_all has to move these values out of their futures
#include <memory>
#include <span>
#include <utility>
#include <vector>
#include <vicar/future.hpp>
auto use(std::vector<vicar::future<std::unique_ptr<int>>>& futures) {
#ifdef CONTROL
  return vicar::get_all(std::move(futures));
#else
  return vicar::get_all(std::span{futures});
#endif
}
