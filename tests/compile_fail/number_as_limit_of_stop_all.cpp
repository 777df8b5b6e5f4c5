// expect-error: vicar: a timeout is a duration, and this number has no unit
#include <chrono>
#include <vicar/registry.hpp>
#ifdef CONTROL
void use() { vicar::registry::stop_all(std::chrono::seconds{1}); }
#else
void use() { vicar::registry::stop_all(1); }
#endif
