// expect-error: vicar: this value can be moved into the future but not copied; pass std::move
#include <memory>
#include <utility>
#include <vicar/future.hpp>
void use(std::unique_ptr<int> number) {
#ifdef CONTROL
  static_cast<void>(vicar::make_ready_future(std::move(number)));
#else
  static_cast<void>(vicar::make_ready_future(number));
#endif
}
