// expect-error: vicar: fake<T> stands for an actor; T is its class
#include <vicar/testing.hpp>
struct adder {};
#ifdef CONTROL
using faked = adder;
#else
using faked = int;
#endif
void use() { const vicar::fake<faked> fake; }
