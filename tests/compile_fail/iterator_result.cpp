// expect-error: vicar: this result is a view into the actor's own data
#include <map>
#include <string>
#include <utility>
#include <vicar/actor_proxy.hpp>
struct book {
#ifdef CONTROL
  std::pair<std::string, int> find() const { return *table.find(text); }
#else
  auto find() const { return table.find(text); }
#endif
  std::string text = "text";
  std::map<std::string, int> table;
};
VICAR_PROXY(book, find)
void use(const vicar::actor_proxy<book>& proxy) { proxy->find().get(); }
