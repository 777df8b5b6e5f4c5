// expect-error: vicar: this member returns a reference to something that cannot be copied
#include <memory>
#include <vicar/actor_proxy.hpp>
struct shelf {
#ifdef CONTROL
  const int (&places() const)[2] { return numbers; }
#else
  const std::unique_ptr<int> (&places() const)[2] { return books; }
#endif
  int numbers[2] = {1, 2};
  std::unique_ptr<int> books[2];
};
VICAR_PROXY(shelf, places)
void use(const vicar::actor_proxy<shelf>& proxy) { proxy->places().get(); }
