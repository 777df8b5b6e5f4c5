// expect-error: vicar: tell, try_tell and ask take one message
#include <any>
#include <chrono>
#include <vicar/actor_ref.hpp>
std::any use(const vicar::any_actor_ref& ref) {
#ifdef CONTROL
  return ref.ask(1).get(std::chrono::seconds{1});
#else
  return ref.ask(1, std::chrono::seconds{1}).get();
#endif
}
