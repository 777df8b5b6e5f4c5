// expect-error: vicar: this operation does not name its executor
#include <asio.hpp>
#include <vicar/asio.hpp>
#include <vicar/vicar.hpp>
template <class Token>
auto async_seven(Token token) {
  return asio::async_initiate<Token, void(int)>([](auto handler) { std::move(handler)(7); }, token);
}
vicar::future<int> use(asio::io_context& loop) {
#ifdef CONTROL
  return async_seven(asio::bind_executor(loop, vicar::use_future));
#else
  static_cast<void>(loop);
  return async_seven(vicar::use_future);
#endif
}
