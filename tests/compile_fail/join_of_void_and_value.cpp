// expect-error: vicar: join of futures with and without a value
#include <vicar/future.hpp>
void use(const vicar::future<int>& number, const vicar::future<void>& done) {
#ifdef CONTROL
  number.join(number).get();
  done.join(done).get();
#else
  number.join(done).get();
#endif
}
