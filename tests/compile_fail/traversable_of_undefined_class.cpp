// expect-error: vicar: traversable<U> needs the definition of U
#include <vicar/traversable.hpp>
struct playback;
#ifdef CONTROL
struct playback {};
#endif
struct player {
  vicar::traversable<playback> sound;
};
player use() { return {}; }
