// expect-error: vicar: this result is a view into the actor
#include <map>
#include <string>
#include <string_view>
#include <vicar/actor_proxy.hpp>
struct book {
#ifdef CONTROL
  vicar::future<std::string> find() const { return vicar::make_ready_future(text); }
#else
  vicar::future<std::string_view> find() const { return vicar::make_ready_future(std::string_view{text}); }
#endif
  std::string text = "text";
  std::map<std::string, int> table;
};
VICAR_PROXY(book, find)
void use(const vicar::actor_proxy<book>& proxy) { proxy->find().get(); }
