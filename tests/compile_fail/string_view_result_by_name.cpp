// expect-error: vicar: this result is a view into the actor's own data
#include <string>
#include <string_view>
#include <vicar/actor_proxy.hpp>
struct book {
#ifdef CONTROL
  std::string title() const { return text; }
#else
  std::string_view title() const { return text; }
#endif
  std::string text;
};
VICAR_PROXY(book, title)
void use(const vicar::actor_proxy<book>& proxy) { proxy->title().get(); }
