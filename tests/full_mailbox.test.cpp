// SPDX-License-Identifier: BSL-1.0
// The fate of messages to an actor with a full mailbox, for every kind of send.
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/testing.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::joined_thread;
using vicar::overflow;

namespace {

struct drawer {
  void open() { ++opened; }
  int opened = 0;
  int pens = 7;
};

class desk {
 public:
  explicit desk(std::vector<int>& put) : numbers{put} {}

  using receives = vicar::messages<std::unique_ptr<int>>;

  void hold(std::latch& begun, std::latch& end) {
    begun.count_down();
    end.wait();
  }
  void put(int number) { numbers.push_back(number); }
  void take(std::unique_ptr<int> number) { numbers.push_back(*number); }
  /// Does not fit a chunk of the mailbox.
  void spread(const std::array<int, 100>& sheet) { numbers.push_back(sheet[0]); }
  void on_receive(std::unique_ptr<int> number) { numbers.push_back(*number); }
  int level() {
    ++looks;
    return 5;
  }

  std::vector<int>& numbers;
  std::function<void(int)> callback = [this](int number) { numbers.push_back(number); };
  int looks = 0;
  int secret = 3;
  vicar::traversable<drawer> top;
};

/// An actor that is busy until `release`, so that its mailbox fills up.
struct busy_desk {
  explicit busy_desk(overflow policy, std::size_t capacity = 1)
      : proxy{vicar::start<desk>(vicar::options{.name = "oak", .mailbox_capacity = capacity, .on_overflow = policy},
                                 std::ref(put))
                  .proxy()} {
    proxy.defer<&desk::hold>(std::ref(begun), std::ref(end));
    begun.wait();
  }
  ~busy_desk() {
    release();
    proxy.stop().wait();
  }
  busy_desk(const busy_desk&) = delete;
  busy_desk& operator=(const busy_desk&) = delete;

  void release() {
    if (!std::exchange(released, true)) end.count_down();
  }
  void fill() {
    while (proxy.try_defer<&desk::put>(0)) {
    }
  }
  /// The papers of the desk after it was released and has stopped.
  std::vector<int> numbers() {
    release();
    proxy.stop().get();
    return put;
  }

  std::vector<int> put;
  std::latch begun{1};
  std::latch end{1};
  bool released = false;
  vicar::actor_proxy<desk> proxy;
};

}  // namespace

VICAR_PROXY(drawer, open, pens)
VICAR_PROXY(desk, hold, put, take, spread, callback, looks, top, VICAR_PROPERTY(level, level))

TEST_CASE("the timeout of a read covers the wait for space, and the read is not sent later") {
  busy_desk busy{overflow::block};
  busy.fill();
  const auto refused = [&](auto read, const char* member) {
    const auto began = std::chrono::steady_clock::now();
    CHECK(error_text<vicar::timeout_error>(read) == containing("vicar: ", "never got into the mailbox", "desk",
                                                               busy.proxy.ref().urn(), member, "mailbox_capacity (1)",
                                                               "has been running hold"));
    CHECK(std::chrono::steady_clock::now() - began >= 5ms);
  };
  refused([&] { return busy.proxy->looks.get(5ms); }, "looks");
  refused([&] { return busy.proxy->level.get(5ms); }, "level");
  refused([&] { return busy.proxy->top.get(5ms); }, "top");
  refused([&] { return busy.proxy->top->pens.get(5ms); }, "pens");
  refused([&] { return busy.proxy.get<&desk::looks>(5ms); }, "looks");
  refused([&] { return busy.proxy.get(&desk::looks, 5ms); }, "int");
  refused([&] { return busy.proxy.at<&desk::top>().get<&drawer::pens>(5ms); }, "pens");
  refused([&] { return busy.proxy.ref().get<&desk::looks>(5ms); }, "looks");
  CHECK(error_text<vicar::timeout_error>([&] { return busy.proxy->level.get(0s); }) ==
        containing("never got into the mailbox"));
  CHECK(busy.proxy.ref().stats().dropped == 0);
  busy.release();
  CHECK(busy.proxy->looks.get(1h) == 0);
  CHECK(busy.proxy->level.get(1h) == 5);
  CHECK(busy.proxy->top->pens.get(1h) == 7);
  CHECK(busy.proxy.get(&desk::looks, 1h) == 1);
}

TEST_CASE("a read with a timeout continues when there is space, and ends with the actor") {
  busy_desk busy{overflow::block};
  busy.fill();
  std::latch about_to{2};
  int read = 0;
  {
    const joined_thread reads{[&] {
      about_to.count_down();
      read = busy.proxy->level.get(1h);
    }};
    about_to.arrive_and_wait();
    busy.release();
  }
  CHECK(read == 5);

  busy_desk stopped{overflow::block};
  stopped.fill();
  const vicar::future<bool> end = stopped.proxy.stop();
  std::string text;
  {
    const joined_thread reads{
        [&] { text = error_text<vicar::actor_dead_error>([&] { return stopped.proxy->level.get(1h); }); }};
    stopped.release();
  }
  CHECK(text == containing("level"));
}

TEST_CASE("a read with a timeout is refused where a full mailbox refuses calls") {
  busy_desk fails{overflow::fail};
  fails.fill();
  CHECK(error_text<vicar::mailbox_full_error>([&] { return fails.proxy->looks.get(1h); }) == containing("looks"));
  busy_desk drops{overflow::drop};
  drops.fill();
  CHECK(error_text<vicar::mailbox_full_error>([&] { return drops.proxy->looks.get(1h); }) == containing("looks"));
  CHECK(drops.proxy.ref().stats().dropped == 1);
}

TEST_CASE("try_defer and try_tell return false for a full mailbox, and change nothing") {
  for (const overflow policy : {overflow::block, overflow::fail, overflow::drop}) {
    bool lost = false;
    vicar::set_dead_letter_handler([&](const vicar::dead_letter&) { lost = true; });
    busy_desk busy{policy};
    const auto& proxy = busy.proxy;
    REQUIRE(proxy->put.try_defer(1));
    auto number = std::make_unique<int>(2);
    CHECK_FALSE(proxy->take.try_defer(std::move(number)));
    CHECK_FALSE(proxy.try_defer(&desk::take, std::move(number)));
    CHECK_FALSE(proxy.try_defer<&desk::take>(std::move(number)));
    CHECK_FALSE(proxy.method<&desk::take>().try_defer(std::move(number)));
    CHECK_FALSE(proxy.ref().try_defer<&desk::take>(std::move(number)));
    CHECK_FALSE(proxy.ref().try_tell(std::move(number)));
    CHECK_FALSE(vicar::any_actor_ref{proxy.ref()}.try_tell(std::move(number)));
    CHECK_FALSE(proxy.try_defer([kept = std::move(number)](desk&) {}));
    CHECK(number == nullptr);  // it was moved into the function object
    CHECK_FALSE(proxy->callback.try_defer(3));
    CHECK_FALSE(proxy->spread.try_defer(std::array<int, 100>{}));
    CHECK_FALSE(proxy->top->open.try_defer());
    CHECK_FALSE(proxy.at<&desk::top>().try_defer<&drawer::open>());
    CHECK(busy.numbers() == std::vector{1});
    CHECK(proxy.ref().stats().dropped == 0);
    CHECK_FALSE(lost);
    vicar::reset_dead_letter_handler();
  }
}

TEST_CASE("try_defer leaves its arguments with the caller if the actor refuses messages") {
  auto number = std::make_unique<int>(2);
  {
    busy_desk busy{overflow::fail};
    busy.fill();
    CHECK_FALSE(busy.proxy->take.try_defer(std::move(number)));
    REQUIRE(number);
    CHECK_FALSE(busy.proxy.ref().try_tell(std::move(number)));
    REQUIRE(number);
    CHECK_FALSE(vicar::any_actor_ref{busy.proxy.ref()}.try_tell(std::move(number)));
    REQUIRE(number);
  }
  std::vector<int> put;
  const auto proxy = vicar::start<desk>(std::ref(put)).proxy();
  proxy.stop().get();
  CHECK_FALSE(proxy->take.try_defer(std::move(number)));
  CHECK_FALSE(proxy.method<&desk::take>().try_defer(std::move(number)));
  CHECK_FALSE(proxy.ref().try_tell(std::move(number)));
  REQUIRE(number);
  CHECK(*number == 2);
}

TEST_CASE("messages accepted by try_defer and try_tell are handled, in order with the rest") {
  busy_desk busy{overflow::block, 100};
  const auto& proxy = busy.proxy;
  CHECK(proxy->put.try_defer(1));
  proxy->put.defer(2);
  CHECK(proxy->take.try_defer(std::make_unique<int>(3)));
  CHECK(proxy.try_defer(&desk::put, 4));
  CHECK(proxy.try_defer<&desk::put>(5));
  CHECK(proxy.method<&desk::put>().try_defer(6));
  CHECK(proxy.ref().try_tell(std::make_unique<int>(7)));
  CHECK(vicar::any_actor_ref{proxy.ref()}.try_tell(std::make_unique<int>(8)));
  CHECK(proxy->callback.try_defer(9));
  std::array<int, 100> sheet{};
  sheet[0] = 10;
  CHECK(proxy->spread.try_defer(sheet));
  CHECK(proxy->top->open.try_defer());
  busy.release();
  CHECK(proxy.get<&desk::top>().get().opened == 1);
  CHECK(busy.numbers() == std::vector{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE(
    "an exception of a message that try_defer sent ends the actor, and one of an argument's copy is the caller's") {
  const support::log_capture quiet{vicar::log_level::off};
  std::vector<int> put;
  const auto proxy = vicar::start<desk>(std::ref(put)).proxy();
  struct uncopyable {
    uncopyable() = default;
    uncopyable(const uncopyable&) { throw std::domain_error{"not this one"}; }
  };
  const uncopyable original;
  const auto send = [&] { return proxy.try_defer([](desk&, const uncopyable&) {}, original); };
  CHECK(error_text<std::domain_error>(send) == "not this one");
  CHECK(proxy.try_defer([](desk&) { throw std::domain_error{"the end"}; }));
  CHECK_THROWS_AS(proxy->looks.get(), vicar::actor_dead_error);
  CHECK_FALSE(proxy->put.try_defer(1));
}

TEST_CASE("a fake receives what try_defer sends") {
  vicar::fake<desk> fake;
  std::vector<int> put;
  fake.on<&desk::put>([&](int number) { put.push_back(number); });
  const vicar::actor_proxy<desk> proxy = fake.proxy();
  CHECK(proxy->put.try_defer(4));
  proxy.stop().get();
  CHECK(put == std::vector{4});
  CHECK_FALSE(proxy->put.try_defer(5));
}

TEST_CASE("the error of a dead actor does not advise to check first, which would be a race") {
  std::vector<int> put;
  const auto proxy = vicar::start<desk>(std::ref(put)).proxy();
  proxy.stop().get();
  const std::string text = error_text<vicar::actor_dead_error>([&] { proxy->put.defer(1); });
  CHECK(text == containing("put was not delivered", "try_defer", "try_tell"));
  CHECK(text.find("is_alive") == std::string::npos);
}

TEST_CASE("overflow::drop_oldest: a full mailbox keeps the newest messages") {
  std::vector<std::string> lost;
  std::vector<std::thread::id> where;
  vicar::set_dead_letter_handler([&](const vicar::dead_letter& letter) {
    lost.emplace_back(letter.message);
    where.push_back(std::this_thread::get_id());
    CHECK(letter.reason == vicar::dead_letter_reason::dropped);
    CHECK(letter.actor == "oak");
  });
  {
    busy_desk busy{overflow::drop_oldest, 2};
    const auto& proxy = busy.proxy;
    proxy->put.defer(1);
    const vicar::future<void> taken = proxy->take(std::make_unique<int>(2));
    CHECK(proxy.ref().stats().mailbox_depth == 2);
    CHECK(lost.empty());
    proxy->put.defer(3);
    CHECK(lost == std::vector<std::string>{"put"});
    CHECK_FALSE(taken.ready());
    CHECK(proxy->put.try_defer(4));
    REQUIRE(taken.ready());  // while the actor is busy
    CHECK(error_text<vicar::mailbox_full_error>([&] { taken.get(); }) ==
          containing("vicar: ", "desk", proxy.ref().urn(), "take", "newer message", "mailbox_capacity (2)"));
    const vicar::future<int> level = proxy->level.read();
    CHECK(lost == std::vector<std::string>{"put", "take", "put"});
    CHECK(where == std::vector<std::thread::id>(3, std::this_thread::get_id()));
    CHECK(proxy.ref().stats().mailbox_depth == 2);
    CHECK(proxy.ref().stats().dropped == 3);
    busy.release();
    CHECK(level.get() == 5);
    CHECK(busy.numbers() == std::vector{4});
  }
  vicar::reset_dead_letter_handler();
}

TEST_CASE("overflow::drop_oldest: displaced messages of any size are destroyed at once, and memory is bounded") {
  busy_desk busy{overflow::drop_oldest, 10};
  const auto counted = std::make_shared<int>(1);
  for (int i = 0; i < 20'000; ++i) {
    busy.proxy.defer([counted](desk&) {});
    busy.proxy.defer([counted, large = std::array<char, 1000>{}](desk&) { static_cast<void>(large); });
    REQUIRE(counted.use_count() <= 11);
  }
  busy.numbers();
  CHECK(counted.use_count() == 1);
  CHECK(busy.proxy.ref().stats().dropped == 39'990);
}

TEST_CASE("overflow::drop_oldest: stop requests are kept, and later messages displace no earlier ones") {
  busy_desk busy{overflow::drop_oldest, 2};
  const auto& proxy = busy.proxy;
  proxy->put.defer(1);
  proxy->put.defer(2);
  const vicar::future<bool> stopped = proxy.stop();
  proxy->put.defer(3);  // displaces 1
  const vicar::future<void> last = proxy->take(nullptr);
  CHECK(error_text<vicar::actor_dead_error>([&] { proxy->put.defer(5); }) == containing("put"));
  CHECK_FALSE(proxy->put.try_defer(6));
  CHECK_FALSE(stopped.ready());
  busy.release();
  CHECK(stopped.get());
  CHECK_THROWS_AS(last.get(), vicar::actor_dead_error);
  CHECK(busy.put.empty());
  CHECK(proxy.ref().stats().dropped == 4);
}

TEST_CASE("overflow::drop_oldest: a displaced argument may send, and hold the last reference") {
  struct sends_when_destroyed {
    explicit sends_when_destroyed(vicar::actor_proxy<desk> to) : proxy{std::move(to)} {}
    sends_when_destroyed(sends_when_destroyed&&) = default;
    ~sends_when_destroyed() {
      if (proxy) (*proxy)->put.defer(7);
    }
    struct emptied : std::optional<vicar::actor_proxy<desk>> {
      explicit emptied(vicar::actor_proxy<desk> to) : std::optional<vicar::actor_proxy<desk>>{std::move(to)} {}
      emptied(emptied&& other) noexcept : std::optional<vicar::actor_proxy<desk>>{std::move(*other)} { other.reset(); }
    } proxy;
  };
  busy_desk busy{overflow::drop_oldest, 1};
  busy.proxy.defer([argument = sends_when_destroyed{busy.proxy}](desk&) {});
  busy.proxy->put.defer(1);  // displaces the argument, whose destructor displaces this message
  CHECK(busy.numbers() == std::vector{7});
  CHECK(busy.proxy.ref().stats().dropped == 2);
}

TEST_CASE("overflow::drop_oldest: an unbounded mailbox drops nothing") {
  busy_desk busy{overflow::drop_oldest, vicar::unbounded};
  for (int i = 0; i < 1000; ++i) busy.proxy->put.defer(i);
  CHECK(busy.numbers().size() == 1000);
  CHECK(busy.proxy.ref().stats().dropped == 0);
}

TEST_CASE("overflow::drop_oldest: every message of many senders is handled or dropped, and every call answered once") {
  for (const std::size_t capacity : {1U, 2U, 5U, 64U}) {
    constexpr std::size_t senders = 4;
    constexpr int each_sends = 3000;
    std::vector<int> put;
    const auto proxy =
        vicar::start<desk>(vicar::options{.mailbox_capacity = capacity, .on_overflow = overflow::drop_oldest},
                           std::ref(put))
            .proxy();
    std::array<int, senders> answered{};
    std::array<int, senders> displaced{};
    support::on_threads(senders, [&](std::size_t sender) {
      std::vector<vicar::future<int>> levels;
      for (int i = 0; i < each_sends; ++i) {
        if (i % 3 == 0)
          levels.push_back(proxy->level.read());
        else
          proxy->put.defer(i * static_cast<int>(senders) + static_cast<int>(sender));
      }
      for (auto& level : levels) {
        try {
          level.get();
          ++answered[sender];
        } catch (const vicar::mailbox_full_error&) {
          ++displaced[sender];
        }
      }
    });
    proxy.stop().get();
    const vicar::actor_stats stats = proxy.ref().stats();
    CHECK(stats.processed + stats.dropped == senders * each_sends);
    int calls = 0;
    for (std::size_t sender = 0; sender < senders; ++sender) calls += answered[sender] + displaced[sender];
    CHECK(calls == static_cast<int>(senders) * each_sends / 3);
    std::array<int, senders> newest{-1, -1, -1, -1};
    bool ordered = true;
    for (const int number : put) {
      int& before = newest[static_cast<std::size_t>(number) % senders];
      ordered = ordered && before < number;
      before = number;
    }
    CHECK(ordered);
  }
}
