// expect-error: vicar: this on_receive takes a view
#include <string>
#include <string_view>
#include <vicar/actor_ref.hpp>
struct writer {
  void on_receive(std::string_view) {}
};
void use(const vicar::actor_ref<writer>& ref, const std::string& line) {
#ifdef CONTROL
  ref.tell(line);
#else
  ref.tell(line.c_str());
#endif
}
