// expect-error: vicar: this type is marked with enable_inspection and cannot be printed
#include <vicar/inspect.hpp>
#include <vicar/vicar.hpp>
struct base {
  int number;
};
#ifdef CONTROL
struct order {
  base first;
  int second;
};
#else
struct order : base {
  int second;
};
#endif
VICAR_INSPECT(order)
void use(const vicar::any_actor_ref& ref) { ref.tell(order{{1}, 2}); }
