// expect-error: vicar: a timeout is a duration, and this number has no unit
#include <chrono>
#include <vicar/future.hpp>
#ifdef CONTROL
bool use(const vicar::future<void>& answer) { return answer.wait_for(std::chrono::milliseconds{500}); }
#else
bool use(const vicar::future<void>& answer) { return answer.wait_for(0.5); }
#endif
