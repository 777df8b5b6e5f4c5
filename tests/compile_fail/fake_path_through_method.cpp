// expect-error: vicar: a member on the path to the faked one cannot be traversed
#include <vicar/testing.hpp>
struct deck {
  static constexpr bool vicar_traversable = true;
  int play() { return 1; }
};
struct player {
  deck playback;
  int count() { return 1; }
};
void use(vicar::fake<player>& fake) {
#ifdef CONTROL
  fake.on<&player::playback, &deck::play>([] { return 2; });
#else
  fake.on<&player::count, &deck::play>([] { return 2; });
#endif
}
