// expect-error: vicar: start<T> needs a class that is not const
#include <vicar/actor.hpp>
struct number {
  int value;
};
int main() {
#ifdef CONTROL
  vicar::start<number>(1);
#else
  vicar::start<int>(1);
#endif
}
