// expect-error: vicar: an argument is a view, or holds one
#include <span>
#include <vicar/testing.hpp>
struct taker {
  void take(std::span<const int>) {}
};
auto use(const vicar::fake<taker>& fake) {
#ifdef CONTROL
  return fake.calls<&taker::take>();
#else
  return fake.arguments<&taker::take>();
#endif
}
