// expect-error: vicar: T has no public constructor for these arguments
#include <string>
#include <vicar/actor.hpp>
struct greeter {
  explicit greeter(std::string) {}
};
int main() {
#ifdef CONTROL
  vicar::start<greeter>("hello");
#else
  vicar::start<greeter>("hello", 1);
#endif
}
