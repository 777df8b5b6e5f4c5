// expect-error: vicar: this message can be neither copied nor moved into the mailbox
#include <atomic>
#include <vicar/actor.hpp>
void use(const vicar::any_actor_ref& ref, std::atomic<int>& pages) {
#ifdef CONTROL
  ref.tell(&pages);
#else
  ref.tell(pages);
#endif
}
