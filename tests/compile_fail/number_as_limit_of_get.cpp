// expect-error: vicar: a timeout is a duration, and this number has no unit
#include <chrono>
#include <vicar/future.hpp>
#ifdef CONTROL
int use(const vicar::future<int>& answer) { return answer.get(std::chrono::seconds{1}); }
#else
int use(const vicar::future<int>& answer) { return answer.get(1); }
#endif
