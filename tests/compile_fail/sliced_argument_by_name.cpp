// expect-error: vicar: this argument refers to an object of a class with virtual functions
#include <vicar/actor_proxy.hpp>
struct shape {
  virtual ~shape() = default;
};
struct circle : shape {};
struct canvas {
  int draw(const shape&) { return 1; }
};
VICAR_PROXY(canvas, draw)
int use(const vicar::actor_proxy<canvas>& proxy, const shape& drawn) {
#ifdef CONTROL
  return proxy->draw(std::ref(drawn)).get() + proxy->draw(circle{}).get() + proxy->draw(shape{drawn}).get();
#else
  return proxy->draw(drawn).get();
#endif
}
