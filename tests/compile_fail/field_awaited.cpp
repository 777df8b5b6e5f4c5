// expect-error: vicar: this coroutine does not say where it continues
#include <coroutine>
#include <vicar/actor_proxy.hpp>
struct task {
  struct promise_type {
    task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
struct counter {
  int value = 0;
};
VICAR_PROXY(counter, value)
task use(vicar::actor_proxy<counter> proxy) {
#ifdef CONTROL
  const int number = proxy->value.get();
  co_await std::suspend_never{};
#else
  const int number = co_await proxy->value;
#endif
  static_cast<void>(number);
}
