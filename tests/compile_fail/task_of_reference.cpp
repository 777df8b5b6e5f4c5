// expect-error: vicar: a task gives a value
#include <vicar/task.hpp>
#ifdef CONTROL
vicar::task<int> use();
#else
vicar::task<int&> use();
#endif
void call() { static_cast<void>(use()); }
