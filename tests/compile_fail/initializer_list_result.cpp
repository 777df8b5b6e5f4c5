// expect-error: vicar: this result is a view into the actor's own data
#include <initializer_list>
#include <map>
#include <string>
#include <vicar/actor_proxy.hpp>
struct book {
#ifdef CONTROL
  std::map<int, int> find() const { return {{1, 2}}; }
#else
  std::initializer_list<int> find() const { return {1, 2}; }
#endif
  std::string text = "text";
  std::map<std::string, int> table;
};
VICAR_PROXY(book, find)
void use(const vicar::actor_proxy<book>& proxy) { proxy->find().get(); }
