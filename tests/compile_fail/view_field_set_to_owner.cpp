// expect-error: vicar: this field is a view and would refer to the value in the message
#include <string>
#include <string_view>
#include <vicar/actor_proxy.hpp>
struct label {
  std::string_view text;
};
VICAR_PROXY(label, text)
void use(const vicar::actor_proxy<label>& proxy, const std::string& line) {
#ifdef CONTROL
  proxy->text = std::string_view{line};
#else
  proxy->text = line;
#endif
}
