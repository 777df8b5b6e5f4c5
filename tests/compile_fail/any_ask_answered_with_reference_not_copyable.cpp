// expect-error: vicar: this member returns a reference to something that cannot be copied
#include <memory>
#include <vicar/actor.hpp>
struct printer {
  using receives = vicar::messages<int>;
#ifdef CONTROL
  std::unique_ptr<int> on_receive(int) { return std::move(page); }
#else
  std::unique_ptr<int>& on_receive(int) { return page; }
#endif
  std::unique_ptr<int> page;
};
void use() { vicar::start<printer>(); }
