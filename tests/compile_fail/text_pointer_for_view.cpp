// expect-error: vicar: this method takes a view, and the text that this pointer points to may be gone
#include <string>
#include <string_view>
#include <vicar/actor_proxy.hpp>
struct writer {
  int write(std::string_view text) { return static_cast<int>(text.size()); }
};
VICAR_PROXY(writer, write)
int use(const vicar::actor_proxy<writer>& proxy, const std::string& line) {
#ifdef CONTROL
  char buffer[8] = "text";
  return proxy->write(line).get() + proxy->write("literal").get() + proxy->write(buffer).get();
#else
  return proxy->write(line.c_str()).get();
#endif
}
