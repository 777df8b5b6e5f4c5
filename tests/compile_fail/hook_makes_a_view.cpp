// expect-error: vicar: this function makes a view, or something that holds one
#include <string>
#include <string_view>
#include <vicar/future.hpp>
#ifdef CONTROL
using text = std::string;
#else
using text = std::string_view;
#endif
void use() {
  vicar::future<text>::from_hook([](auto) { return text{std::string(40, 'x')}; }).get();
}
