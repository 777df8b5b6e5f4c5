// expect-error: vicar: this type is marked with enable_inspection and cannot be printed
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
