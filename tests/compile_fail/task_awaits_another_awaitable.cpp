// expect-error: vicar: a task awaits futures, tasks and vicar's own awaitables
#include <coroutine>
#include <vicar/task.hpp>
vicar::task<> use(vicar::future<void> future) {
#ifdef CONTROL
  co_await future;
#else
  co_await std::suspend_always{};
#endif
}
