// expect-error: vicar: on needs an executor
#include <vicar/compose.hpp>
struct executor {
  template <class Function>
  void execute(Function function) const {
    function();
  }
};
void use(const vicar::future<int>& future) {
#ifdef CONTROL
  static_cast<void>(future.on(executor{}));
#else
  static_cast<void>(future.on(3));
#endif
}
