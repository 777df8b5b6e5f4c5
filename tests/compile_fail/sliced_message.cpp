// expect-error: vicar: this message refers to an object of a class with virtual functions
#include <functional>
#include <vicar/actor_ref.hpp>
struct event {
  virtual ~event() = default;
};
struct listener {
  void on_receive(const event&) {}
};
void use(const vicar::actor_ref<listener>& ref, const event& happened) {
#ifdef CONTROL
  ref.tell(std::ref(happened));
#else
  ref.tell(happened);
#endif
}
