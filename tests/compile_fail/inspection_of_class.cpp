// expect-error: vicar: this type is marked with enable_inspection and cannot be printed
#include <vicar/inspect.hpp>
#include <vicar/vicar.hpp>
class order {
#ifdef CONTROL
 public:
#endif
  int number = 1;
};
VICAR_INSPECT(order)
void use(const vicar::any_actor_ref& ref) { ref.tell(order{}); }
