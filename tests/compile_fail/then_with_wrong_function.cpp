// expect-error: vicar: this function cannot be called with what the future gives
#include <string>
#include <vicar/compose.hpp>
#include <vicar/vicar.hpp>
struct counter {};
void use(const vicar::future<int>& future, const vicar::actor_ref<counter>& place) {
#ifdef CONTROL
  future.then(place, [](counter&, int) {});
#else
  future.then(place, [](counter&, std::string) {});
#endif
}
