// SPDX-License-Identifier: BSL-1.0
#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <vicar/testing.hpp>
#include <vicar/vicar.hpp>

// Uses most of the library once; it is compiled with flags of many kinds.

namespace app {

class part {
 public:
  static constexpr bool vicar_traversable = true;
  int twice(int by) const { return by * 2; }
  int size = 3;
};

class worker : public vicar::actor {
 public:
  explicit worker(int start) : total{start} {}
  int add(int by) { return total += by; }
  std::string text(const std::string& once, std::size_t times) const {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += once;
    return all;
  }
  float half(float of) const { return of / 2; }
  std::uint8_t low(std::uint8_t byte) { return byte; }
  std::vector<int> list() const { return {1, 2, 3}; }
  int take(std::unique_ptr<int> number) { return *number; }
  void fail() { throw 42; }
  int on_receive(int message) { return message; }
  using receives = vicar::messages<int>;
  void on_start() { ++total; }
  void on_stop() { ++total; }
  void on_failure(const std::exception_ptr&) { ++total; }
  int total;
  float ratio = 0.5F;
  std::function<int(int)> change = [](int number) { return number; };
  part piece;
};

}  // namespace app

VICAR_PROXY(app::part, twice, size)
VICAR_PROXY(app::worker, add, text, half, low, list, take, fail, total, ratio, change, piece)

int main() {
  const std::chrono::seconds limit{60};
  const auto ref = vicar::start<app::worker>(vicar::options{.name = "w", .mailbox_capacity = 100}, 1);
  const auto proxy = ref.proxy();
  proxy->add.defer(1);
  fmt::print("{} {}\n", proxy->add(2).get(), proxy->text("ab", 2).get(limit));
  fmt::print("{} {} {}\n", proxy->half(3).get(), proxy->low(7).get(), proxy->take(std::make_unique<int>(6)).get());
  fmt::print("{} {}\n", ref.call<&app::worker::half>(5).get(), proxy.call(&app::worker::low, 8).get());
  fmt::print("{}\n", proxy->list()
                         .filter([](int number) { return number > 1; })
                         .reduce([](int left, int right) { return left + right; }, 0)
                         .get());
  proxy->total = 9;
  proxy->ratio = 2;
  fmt::print("{} {} {} {}\n", proxy->total.get(), proxy->ratio.get(), proxy->change(4).get(),
             proxy->piece->twice(4).get());
  try {
    proxy->fail().get();
  } catch (int number) {
    fmt::print("{}\n", number);
  }
  for (const vicar::any_actor_ref& any : vicar::registry::get_all()) {
    fmt::print("{}\n", std::any_cast<int>(any.ask(7).get()));
  }
  vicar::fake<app::worker> fake;
  fake.on<&app::worker::add>([](int) { return 5; });
  fmt::print("{}\n", fake.proxy()->add(1).get());
  ref.stop().get();
}
