// expect-error: vicar: co_return cannot make the task's value of this
#include <string>
#include <vicar/task.hpp>
vicar::task<int> use(std::string text) {
#ifdef CONTROL
  co_return static_cast<int>(text.size());
#else
  co_return text;
#endif
}
