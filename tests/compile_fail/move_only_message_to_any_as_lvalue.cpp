// expect-error: vicar: this message can be moved into the mailbox but not copied; send std::move
#include <memory>
#include <utility>
#include <vicar/actor_ref.hpp>
void use(const vicar::any_actor_ref& ref, std::unique_ptr<int> number) {
#ifdef CONTROL
  ref.ask(std::move(number));
#else
  ref.ask(number);
#endif
}
