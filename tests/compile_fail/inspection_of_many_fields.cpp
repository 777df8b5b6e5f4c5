// expect-error: vicar: this aggregate has more than 100 fields and cannot be printed; give it a fmt::formatter
#include <vicar/inspect.hpp>
#include <vicar/vicar.hpp>
#define TEN(letter) \
  letter##0, letter##1, letter##2, letter##3, letter##4, letter##5, letter##6, letter##7, letter##8, letter##9
struct many {
  int TEN(a), TEN(b), TEN(c), TEN(d), TEN(e), TEN(f), TEN(g), TEN(h), TEN(i), TEN(j);
#ifndef CONTROL
  int last;
#endif
};
VICAR_INSPECT(many)
void use(const vicar::any_actor_ref& ref) { ref.tell(many{}); }
