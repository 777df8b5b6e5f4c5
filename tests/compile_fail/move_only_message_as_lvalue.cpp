// expect-error: vicar: this message can be moved into the mailbox but not copied; send std::move
#include <memory>
#include <utility>
#include <vicar/actor.hpp>
struct printer {
  void on_receive(std::unique_ptr<int>) {}
};
void use(const vicar::actor_ref<printer>& ref, std::unique_ptr<int> number) {
#ifdef CONTROL
  ref.tell(std::move(number));
#else
  ref.tell(number);
#endif
}
