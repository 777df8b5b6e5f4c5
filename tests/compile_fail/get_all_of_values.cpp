// expect-error: vicar: get_all needs a range of futures
#include <vector>
#include <vicar/future.hpp>
#ifdef CONTROL
using item = vicar::future<int>;
#else
using item = int;
#endif
std::vector<int> use(const std::vector<item>& items) { return vicar::get_all(items); }
