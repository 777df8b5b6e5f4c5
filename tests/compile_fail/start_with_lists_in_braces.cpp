// expect-error: vicar: start cannot tell the type of an argument in braces|no matching function for call to 'start'$
// The second text is that of Clang 14 to 16, for which there is none of ours.
#include <string>
#include <utility>
#include <vector>
#include <vicar/actor.hpp>
struct prices {
  prices() = default;
  explicit prices(std::vector<std::pair<std::string, int>> all) : all{std::move(all)} {}
  std::vector<std::pair<std::string, int>> all;
};
auto use() {
#ifdef CONTROL
  vicar::start<prices>({.name = "named"}, std::vector<std::pair<std::string, int>>{{"one", 1}});
  vicar::start<prices>({});
  return vicar::start<prices>(std::vector<std::pair<std::string, int>>{{"one", 1}, {"two", 2}});
#else
  return vicar::start<prices>({{"one", 1}, {"two", 2}});
#endif
}
