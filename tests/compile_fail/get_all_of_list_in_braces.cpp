// expect-error: vicar: get_all needs a range of futures, and a list in braces is not a range
#include <utility>
#include <vector>
#include <vicar/future.hpp>
using list = std::vector<vicar::future<int>>;
std::vector<int> use(const vicar::future<int>& a, const vicar::future<int>& b) {
#ifdef CONTROL
  vicar::future<int> both[2] = {a, b};
  if (vicar::get_all(both) == vicar::get_all(std::move(both))) return a.join(b).get();
  return vicar::get_all(list{a, b});
#else
  return vicar::get_all({a, b});
#endif
}
