// expect-error: vicar: this function makes a view, or something that holds one
#include <string>
#include <string_view>
#include <vicar/future.hpp>
#ifdef CONTROL
using part = std::string;
#else
using part = std::string_view;
#endif
void use(const vicar::future<std::string>& text) {
  text.map([](const std::string& whole) { return part{whole}.substr(1); }).get();
}
