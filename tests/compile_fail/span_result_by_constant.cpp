// expect-error: vicar: this result is a view into the actor's own data
#include <span>
#include <vector>
#include <vicar/actor_proxy.hpp>
struct series {
  std::span<const int> numbers() const { return all; }
  std::vector<int> all;
};
#ifdef CONTROL
template <>
inline constexpr bool vicar::enable_view_result<std::span<const int>> = true;
#endif
void use(const vicar::actor_proxy<series>& proxy) { proxy.call<&series::numbers>().get(); }
