// expect-error: vicar: on_start cannot be a coroutine
#include <exception>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>
struct worker {
#ifdef CONTROL
  void on_start() {}
#else
  vicar::task<> on_start() { co_return; }
#endif
};
void use() { vicar::start<worker>(); }
