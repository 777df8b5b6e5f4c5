// expect-error: vicar: this result is a view into the actor's own data
#include <string>
#include <string_view>
#include <vicar/actor_proxy.hpp>
struct book {
  std::string_view title() const { return text; }
  std::string whole_title() const { return text; }
  std::string text;
};
#ifdef CONTROL
VICAR_PROXY(book, VICAR_PROPERTY(name, whole_title))
#else
VICAR_PROXY(book, VICAR_PROPERTY(name, title))
#endif
std::string use(const vicar::actor_proxy<book>& proxy) { return std::string(proxy->name.get()); }
