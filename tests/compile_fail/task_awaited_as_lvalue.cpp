// expect-error: vicar: a task is awaited once
#include <utility>
#include <vicar/task.hpp>
vicar::task<int> other();
vicar::task<int> use() {
  auto kept = other();
#ifdef CONTROL
  co_return co_await std::move(kept);
#else
  co_return co_await kept;
#endif
}
