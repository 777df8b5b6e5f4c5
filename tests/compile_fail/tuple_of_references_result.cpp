// expect-error: vicar: this result holds a view or a reference to data that it does not own
#include <map>
#include <string>
#include <tuple>
#include <vicar/actor_proxy.hpp>
struct book {
#ifdef CONTROL
  std::tuple<std::string, int> find() { return {text, 1}; }
#else
  std::tuple<std::string&> find() { return std::tie(text); }
#endif
  std::string text = "text";
  std::map<std::string, int> table;
};
VICAR_PROXY(book, find)
void use(const vicar::actor_proxy<book>& proxy) { proxy->find().get(); }
