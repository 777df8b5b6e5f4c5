// expect-error: vicar: this function makes a view, or something that holds one
#include <functional>
#include <string>
#include <utility>
#include <vicar/future.hpp>
void use(const vicar::future<std::string>& text) {
#ifdef CONTROL
  text.map([](const std::string& whole) { return std::pair{whole, 1}; }).get();
#else
  text.map([](const std::string& whole) { return std::pair<std::reference_wrapper<const std::string>, int>{whole, 1}; })
      .get();
#endif
}
