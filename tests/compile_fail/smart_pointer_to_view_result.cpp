// expect-error: vicar: this result holds a view or a reference to data that it does not own
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vicar/actor_proxy.hpp>
struct book {
#ifdef CONTROL
  std::unique_ptr<std::string> find() const { return std::make_unique<std::string>(text); }
#else
  std::unique_ptr<std::string_view> find() const { return std::make_unique<std::string_view>(text); }
#endif
  std::string text = "text";
  std::map<std::string, int> table;
};
VICAR_PROXY(book, find)
void use(const vicar::actor_proxy<book>& proxy) { proxy->find().get(); }
