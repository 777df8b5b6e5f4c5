// expect-error: vicar: this argument refers to an object of a class with virtual functions
#include <functional>
#include <vicar/actor_proxy.hpp>
struct shape {
  virtual ~shape() = default;
  virtual int sides() const = 0;
};
struct canvas {
  int draw(const shape& drawn) { return drawn.sides(); }
};
int use(const vicar::actor_proxy<canvas>& proxy, const shape& drawn) {
#ifdef CONTROL
  return proxy.call(&canvas::draw, std::ref(drawn)).get();
#else
  return proxy.call(&canvas::draw, drawn).get();
#endif
}
