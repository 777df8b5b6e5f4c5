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
  explicit worker(std::size_t start, float loud) : total{static_cast<int>(start)}, loudness{loud} {}
  int add(int by) { return total += by; }
  std::string text(const std::string& once, std::size_t times) const {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += once;
    return all;
  }
  float half(float of) const { return of / 2; }
  int over(float) { return 1; }
  int over(const std::string&) { return 2; }
  template <class T>
  int times(T, float by) {
    return static_cast<int>(by);
  }
  static int next(std::uint8_t number) { return number + 1; }
  static inline float shared = 1;
  int sum(std::size_t first, unsigned char second = 1) { return static_cast<int>(first) + second; }
  float volume() const { return loudness; }
  void set_volume(float to) { loudness = to; }
  float on_receive(float message) { return message; }
  std::uint8_t low(std::uint8_t byte) { return byte; }
  std::vector<int> list() const { return {1, 2, 3}; }
  int take(std::unique_ptr<int> number) { return *number; }
  void fail() { throw 42; }
  using receives = vicar::messages<int>;
  void on_start() { ++total; }
  void on_stop() { ++total; }
  void on_failure(const std::exception_ptr&) { ++total; }
  int total;
  float loudness;
  float ratio = 0.5F;
  std::size_t size = 0;
  std::function<int(std::uint8_t)> change = [](std::uint8_t number) { return number; };
  part piece;
};

}  // namespace app

VICAR_PROXY(app::part, twice, size)
VICAR_PROXY(app::worker, add, text, half, over, times, next, shared, sum, low, list, take, fail, total, ratio, size,
            change, piece, VICAR_PROPERTY(level, volume, set_volume))

namespace {

/// A class with internal linkage.
class local {
 public:
  int number() const { return 3; }
};

}  // namespace

VICAR_PROXY(local, number)

namespace {

/// Arguments are converted to the declared types, as in a direct call.
template <class Ref, class Proxy>
void convert_all(const Ref& ref, const Proxy& proxy) {
  const int number = 3;
  const long large = 4;
  const double real = 1.5;
  fmt::print("{} {} {}\n", proxy->half(number).get(), proxy->over(number).get(), proxy->over(real).get());
  fmt::print("{} {} {}\n", proxy->times(1, number).get(), proxy->next(number).get(), proxy->sum(number, large).get());
  fmt::print("{} {}\n", proxy->change(number).get(), proxy->low(large).get());
  proxy->half.defer(number);
  proxy->sum.defer(large, number);
  proxy->over.defer(real);
  proxy->change.defer(large);
  proxy->shared = number;
  proxy->size = number;
  proxy->ratio = real;
  proxy->level = number;
  proxy->level.set(real).get();
  proxy->size.set(large).get();
  fmt::print("{} {} {}\n", proxy->shared.get(), proxy->ratio.get(), proxy->level.get());
  fmt::print("{} {}\n", ref.template call<&app::worker::half>(number).get(),
             proxy.call(&app::worker::low, number).get());
  fmt::print("{}\n", proxy.template call<&app::worker::next>(number).get());
  fmt::print("{}\n", proxy.call([](app::worker&, float value) { return value; }, number).get());
  ref.template defer<&app::worker::sum>(number, large);
  proxy.defer(&app::worker::low, real);
  proxy.template set<&app::worker::size>(number).get();
  proxy.set(&app::worker::ratio, real).get();
  ref.tell(number);
  fmt::print("{}\n", ref.ask(real).get());

  vicar::promise<float> promise;
  const auto future = promise.get_future();
  promise.set_value(number);
  fmt::print("{} {}\n", future.get(), vicar::make_ready_future(large).map([](float value) { return value; }).get());
  const auto numbers = vicar::make_ready_future(std::vector<int>{1, 2});
  fmt::print("{}\n", numbers.reduce([](float left, float right) { return left + right; }, 0).get());
}

}  // namespace

int main() {
  const std::chrono::seconds limit{60};
  const auto ref = vicar::start<app::worker>(vicar::options{.name = "w", .mailbox_capacity = 100}, 1, 2);
  const auto proxy = ref.proxy();
  convert_all(ref, proxy);
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
    fmt::print("{}\n", std::any_cast<float>(any.ask(7).get()));
  }
  vicar::fake<app::worker> fake;
  fake.on<&app::worker::add>([](int) { return 5; });
  fake.on<&app::worker::half>([](int of) { return of; });
  fmt::print("{}\n", fake.proxy()->add(1).get());
  fmt::print("{}\n", vicar::start<local>().proxy()->number().get());
  ref.stop().get();
}
