// expect-error: vicar: traversable<U> cannot derive from a final class; keep .*enable_traversable<U> = true
#include <vicar/traversable.hpp>
struct playback final {
  int volume = 5;
};
#ifdef CONTROL
template <>
inline constexpr bool vicar::enable_traversable<playback> = true;
struct player {
  playback sound;
};
#else
struct player {
  vicar::traversable<playback> sound;
};
#endif
player use() { return {}; }
