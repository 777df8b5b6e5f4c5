// expect-error: vicar: start<T> needs the definition of T
#include <vicar/actor.hpp>
struct adder;
#ifdef CONTROL
struct adder {};
#endif
int main() { vicar::start<adder>(); }
