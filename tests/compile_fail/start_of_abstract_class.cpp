// expect-error: vicar: start<T> cannot make an object of an abstract class
#include <vicar/actor.hpp>
struct shape {
  virtual ~shape() = default;
  virtual double area() const = 0;
};
struct square : shape {
  double area() const override { return 1; }
};
int main() {
#ifdef CONTROL
  vicar::start<square>();
#else
  vicar::start<shape>();
#endif
}
