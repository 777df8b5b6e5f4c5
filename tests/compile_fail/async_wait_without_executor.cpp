// expect-error: vicar: this handler has no executor, and would run on the thread that answers
#include <asio.hpp>
#include <vicar/asio.hpp>
#include <vicar/vicar.hpp>
void use(asio::io_context& loop, vicar::future<int> answer) {
#ifdef CONTROL
  vicar::async_wait(std::move(answer), asio::bind_executor(loop, [](const vicar::future<int>&) {}));
#else
  static_cast<void>(loop);
  vicar::async_wait(std::move(answer), [](const vicar::future<int>&) {});
#endif
}
