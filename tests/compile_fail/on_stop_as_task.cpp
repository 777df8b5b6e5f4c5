// expect-error: vicar: on_stop cannot be a coroutine
#include <exception>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>
struct worker {
#ifdef CONTROL
  void on_stop() {}
#else
  vicar::task<> on_stop() { co_return; }
#endif
};
void use() { vicar::start<worker>(); }
