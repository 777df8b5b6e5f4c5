// expect-error: vicar: this argument refers to an object of a class with virtual functions
#include <functional>
#include <vicar/actor_proxy.hpp>
struct shape {
  virtual ~shape() = default;
};
struct canvas {
  int drawn = 0;
};
int use(const vicar::actor_proxy<canvas>& proxy, const shape& drawn) {
  auto draw = [](canvas& on, const shape&) { return ++on.drawn; };
#ifdef CONTROL
  return proxy.call(draw, std::ref(drawn)).get();
#else
  return proxy.call(draw, drawn).get();
#endif
}
