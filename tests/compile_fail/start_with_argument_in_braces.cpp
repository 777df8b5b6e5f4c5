// expect-error: vicar: start cannot tell the type of an argument in braces
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
