// expect-error: vicar: T has a public constructor for these arguments only if they are moved; pass std::move
#include <memory>
#include <utility>
#include <vicar/actor.hpp>
struct keeper {
  explicit keeper(std::unique_ptr<int> number) : kept{std::move(number)} {}
  std::unique_ptr<int> kept;
};
void use(std::unique_ptr<int> number) {
#ifdef CONTROL
  vicar::start<keeper>(std::move(number));
#else
  vicar::start<keeper>(number);
#endif
}
