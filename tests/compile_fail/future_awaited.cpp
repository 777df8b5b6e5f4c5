// expect-error: vicar: this coroutine does not say where it continues
#include <coroutine>
#include <vicar/future.hpp>
struct task {
  struct promise_type {
    task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
task use(vicar::future<int> future) {
#ifdef CONTROL
  const int number = future.get();
  co_await std::suspend_never{};
#else
  const int number = co_await future;
#endif
  static_cast<void>(number);
}
