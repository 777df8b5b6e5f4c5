// expect-error: vicar: traversable<U> needs a class; keep the member as it is and read it as a field
#include <vicar/traversable.hpp>
struct player {
#ifdef CONTROL
  int volume = 5;
#else
  vicar::traversable<int> volume = 5;
#endif
};
player use() { return {}; }
