// expect-error: vicar: arguments that can only be moved are not recorded
#include <memory>
#include <vector>
#include <vicar/testing.hpp>
struct taker {
  void take(std::vector<std::unique_ptr<int>>) {}
};
auto use(const vicar::fake<taker>& fake) {
#ifdef CONTROL
  return fake.calls<&taker::take>();
#else
  return fake.arguments<&taker::take>();
#endif
}
