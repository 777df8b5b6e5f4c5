// expect-error: vicar: this value can be moved into the future but not copied; pass std::move
#include <memory>
#include <utility>
#include <vicar/future.hpp>
void use(vicar::promise<std::unique_ptr<int>>& promise, std::unique_ptr<int> number) {
#ifdef CONTROL
  promise.set_value(std::move(number));
#else
  promise.set_value(number);
#endif
}
