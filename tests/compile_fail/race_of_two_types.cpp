// expect-error: vicar: race gives one value, so its futures need one type
#include <string>
#include <vicar/compose.hpp>
void use(vicar::future<int> number, vicar::future<std::string> text) {
#ifdef CONTROL
  static_cast<void>(
      vicar::race(number, text.map([](const std::string& value) { return static_cast<int>(value.size()); })));
#else
  static_cast<void>(vicar::race(number, text));
#endif
}
