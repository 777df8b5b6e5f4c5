// expect-error: vicar: start cannot tell the type of an argument in braces|no matching function for call to 'start'$
// The second text is that of Clang 14 to 16, for which there is none of ours.
#include <string>
#include <vector>
#include <vicar/actor.hpp>
struct words {
  words() = default;
  explicit words(std::vector<std::string> all) : all{std::move(all)} {}
  std::vector<std::string> all;
};
auto use() {
#ifdef CONTROL
  vicar::start<words>({.name = "named"}, std::vector<std::string>{"one"});
  vicar::start<words>({});
  return vicar::start<words>(std::vector<std::string>{"one"});
#else
  return vicar::start<words>({"one"});
#endif
}
