// expect-error: vicar: a timeout is a duration, and this number has no unit
#include <chrono>
#include <vector>
#include <vicar/future.hpp>
std::vector<int> use(const std::vector<vicar::future<int>>& answers) {
#ifdef CONTROL
  return vicar::get_all(answers, std::chrono::seconds{1});
#else
  return vicar::get_all(answers, 1);
#endif
}
