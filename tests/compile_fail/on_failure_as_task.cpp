// expect-error: vicar: on_failure cannot be a coroutine
#include <exception>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>
struct worker {
#ifdef CONTROL
  void on_failure(std::exception_ptr) {}
#else
  vicar::task<> on_failure(std::exception_ptr) { co_return; }
#endif
};
void use() { vicar::start<worker>(); }
