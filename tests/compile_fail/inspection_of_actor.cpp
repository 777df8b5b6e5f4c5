// expect-error: vicar: snapshot prints aggregates; give this class a fmt::formatter
#include <vicar/inspect.hpp>
#include <vicar/vicar.hpp>
#ifdef CONTROL
struct counter {
  int number = 0;
};
#else
struct counter : vicar::actor {
  int number = 0;
};
#endif
VICAR_INSPECT(counter)
auto use() { return vicar::start<counter>().proxy().snapshot(); }
