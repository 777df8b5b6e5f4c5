// expect-error: vicar: a member on the path to the faked one cannot be traversed
#include <vicar/testing.hpp>
struct deck {
  int play() { return 1; }
};
struct player {
#ifdef CONTROL
  vicar::traversable<deck> playback;
#else
  deck playback;
#endif
};
void use(vicar::fake<player>& fake) {
  fake.on<&player::playback, &deck::play>([] { return 2; });
}
