// expect-error: vicar: this result is a view into the actor's own data
#include <string>
#include <string_view>
#include <vicar/actor.hpp>
struct printer {
  using receives = vicar::messages<int>;
#ifdef CONTROL
  std::string on_receive(int) { return title; }
#else
  std::string_view on_receive(int) { return title; }
#endif
  std::string title;
};
void use() { vicar::start<printer>(); }
