// expect-error: vicar: this member is a coroutine, and its object lies behind a unique_ptr or an optional
#include <memory>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>
struct inner {
  static constexpr bool vicar_traversable = true;
  vicar::task<int> work() { co_return 1; }
};
VICAR_PROXY(inner, work)
struct outer {
#ifdef CONTROL
  std::shared_ptr<inner> object;
#else
  std::unique_ptr<inner> object;
#endif
};
VICAR_PROXY(outer, object)
void use(const vicar::actor_proxy<outer>& proxy) { static_cast<void>(proxy->object->work()); }
