// expect-error: vicar: this result holds a view or a reference to data that it does not own
#include <any>
#include <string>
#include <string_view>
#include <vector>
#include <vicar/actor.hpp>
struct printer {
#ifdef CONTROL
  std::vector<std::string> on_receive(const std::any&) { return {title}; }
#else
  std::vector<std::string_view> on_receive(const std::any&) { return {title}; }
#endif
  std::string title;
};
void use() { vicar::start<printer>(); }
