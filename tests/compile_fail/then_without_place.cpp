// expect-error: vicar: then needs a place, which determines the thread
#include <vicar/compose.hpp>
#include <vicar/vicar.hpp>
struct counter {};
void use(const vicar::future<int>& future, const vicar::actor_ref<counter>& place) {
#ifdef CONTROL
  future.then(place, [](int) {});
#else
  static_cast<void>(place);
  future.then([](int) {});
#endif
}
