// expect-error: vicar: this function makes a view, or something that holds one
#include <string>
#include <string_view>
#include <vector>
#include <vicar/future.hpp>
#ifdef CONTROL
using longest = std::string;
#else
using longest = std::string_view;
#endif
void use(const vicar::future<std::vector<std::string>>& names) {
  names
      .reduce(
          [](longest before, const std::string& name) { return name.size() > before.size() ? longest{name} : before; },
          longest{})
      .get();
}
