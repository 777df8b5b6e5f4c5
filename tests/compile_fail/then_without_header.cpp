// expect-error: vicar: this member of a future is not declared here; include <vicar/compose.hpp>
#include <vicar/vicar.hpp>
#ifdef CONTROL
#include <vicar/compose.hpp>
#endif
struct counter {};
void use(const vicar::future<int>& future, const vicar::actor_ref<counter>& place) {
  future.then(place, [](int) {});
}
