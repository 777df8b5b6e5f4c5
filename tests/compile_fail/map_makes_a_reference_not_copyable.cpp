// expect-error: vicar: this function returns a reference to something that cannot be copied
#include <memory>
#include <utility>
#include <vicar/future.hpp>
using pair = std::pair<std::unique_ptr<int>, int>;
void use(const vicar::future<pair>& both) {
#ifdef CONTROL
  both.map([](const pair& of) -> const int& { return of.second; }).get();
#else
  both.map([](const pair& of) -> const std::unique_ptr<int>& { return of.first; }).get();
#endif
}
