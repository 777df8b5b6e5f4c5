// expect-error: vicar: get_all needs a range of futures
#include <chrono>
#include <vector>
#include <vicar/future.hpp>
std::vector<int> use(const vicar::future<int>& future) {
#ifdef CONTROL
  return vicar::get_all(std::vector{future}, std::chrono::seconds{1});
#else
  return vicar::get_all(future, std::chrono::seconds{1});
#endif
}
