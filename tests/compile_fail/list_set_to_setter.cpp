// expect-error: vicar: the object that this value points to may be gone when the setter runs
#include <initializer_list>
#include <vector>
#include <vicar/actor_proxy.hpp>
class numbers {
 public:
  std::size_t all() const { return all_.size(); }
#ifdef CONTROL
  void set_all(std::vector<int> all) { all_ = std::move(all); }
#else
  void set_all(std::initializer_list<int> all) { all_ = all; }
#endif
 private:
  std::vector<int> all_;
};
VICAR_PROXY(numbers, VICAR_PROPERTY(all, all, set_all))
void use(const vicar::actor_proxy<numbers>& proxy) {
  auto all = {1, 2, 3};
  proxy->all = all;
}
