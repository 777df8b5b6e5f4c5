// expect-error: vicar: this result holds a view or a reference to data that it does not own
#include <optional>
#include <string>
#include <string_view>
#include <vicar/actor_proxy.hpp>
struct book {
#ifdef CONTROL
  std::optional<std::string> get_title() const { return text; }
#else
  std::optional<std::string_view> get_title() const { return text; }
#endif
  std::string text;
};
VICAR_PROXY(book, VICAR_PROPERTY(title, get_title))
void use(const vicar::actor_proxy<book>& proxy) { proxy->title.get(); }
