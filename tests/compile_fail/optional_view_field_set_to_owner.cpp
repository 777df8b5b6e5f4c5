// expect-error: vicar: this field holds a view, which would refer to the value in the message
#include <optional>
#include <string>
#include <string_view>
#include <vicar/actor_proxy.hpp>
struct label {
  std::optional<std::string_view> text;
};
VICAR_PROXY(label, text)
void use(const vicar::actor_proxy<label>& proxy, const std::string& line) {
#ifdef CONTROL
  proxy->text = std::string_view{line};
  proxy->text = std::nullopt;
  proxy->text = std::optional<std::string_view>{line};
#else
  proxy->text = line;
#endif
}
