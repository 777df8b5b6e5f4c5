// expect-error: vicar: an on_receive that is a coroutine takes messages only through a typed reference
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>
struct note {};
struct worker {
#ifndef CONTROL
  using receives = vicar::messages<note>;
#endif
  vicar::task<> on_receive(note) { co_return; }
};
void use() { vicar::start<worker>().tell(note{}); }
