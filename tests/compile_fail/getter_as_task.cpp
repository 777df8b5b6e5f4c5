// expect-error: vicar: this is a coroutine, which only a call starts
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>
struct worker {
#ifdef CONTROL
  int level() { return 1; }
#else
  vicar::task<int> level() { co_return 1; }
#endif
};
VICAR_PROXY(worker, VICAR_PROPERTY(level, level))
void use(const vicar::actor_proxy<worker>& proxy) { static_cast<void>(proxy->level.get()); }
