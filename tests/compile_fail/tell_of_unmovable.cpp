// expect-error: vicar: this message can be neither copied nor moved into the mailbox
#include <atomic>
#include <vicar/actor.hpp>
struct printer {
  void on_receive(const std::atomic<int>*) {}
  void on_receive(const std::atomic<int>&) {}
};
void use(const vicar::actor_ref<printer>& ref, std::atomic<int>& pages) {
#ifdef CONTROL
  ref.tell(&pages);
#else
  ref.tell(pages);
#endif
}
