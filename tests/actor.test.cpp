// SPDX-License-Identifier: BSL-1.0
#include <vicar/actor.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>

#include <vicar/registry.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/settle.hpp"
#include "support/threads.hpp"

using support::contains;
using support::log_capture;
using support::text_of;
using vicar::self;
using vicar::start;

namespace {

/// The events in an actor's life, recorded for the test.
struct diary {
  std::mutex mutex;
  std::vector<std::string> entries;
  std::vector<std::thread::id> threads;

  void write(std::string entry) {
    const std::lock_guard lock{mutex};
    entries.push_back(std::move(entry));
    threads.push_back(std::this_thread::get_id());
  }
};

/// Holds an actor inside a message until the test releases it.
struct gate {
  std::binary_semaphore entered{0};
  std::binary_semaphore open{0};

  void pass() {
    entered.release();
    open.acquire();
  }
};

class worker {
 public:
  explicit worker(diary* book = nullptr) : book_{book} { note("constructor"); }
  ~worker() { note("destructor"); }
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  void on_start() { note("on_start"); }
  void on_stop() { note("on_stop"); }
  void on_failure(std::exception_ptr failure) { note("on_failure " + vicar::exception_text(failure)); }

  int add_one(int i) {
    note("add_one");
    return i + 1;
  }
  void wait_at(gate* where) { where->pass(); }
  void fail() { throw std::runtime_error{"it failed"}; }
  void stop_everything() { throw vicar::stop_all_actors{}; }
  int ask_itself() { return self(*this).call<&worker::add_one>(1).get(); }

 private:
  void note(const char* what) {
    if (book_) book_->write(what);
  }
  void note(const std::string& what) {
    if (book_) book_->write(what);
  }

  diary* book_;
};

using entries = std::vector<std::string>;

}  // namespace

TEST_CASE("the constructor runs on the caller's thread and everything else on one other thread") {
  diary book;
  start<worker>(&book).stop().get();
  CHECK(book.entries == entries{"constructor", "on_start", "on_stop", "destructor"});
  CHECK(book.threads[0] == std::this_thread::get_id());
  CHECK(book.threads[1] != std::this_thread::get_id());
  CHECK(book.threads[2] == book.threads[1]);
  CHECK(book.threads[3] == book.threads[1]);
}

namespace {
struct throws_in_constructor : vicar::actor {
  static inline std::optional<vicar::actor_ref<throws_in_constructor>> left;
  static inline std::optional<vicar::future<int>> asked;
  static inline std::optional<vicar::future<bool>> stopped;

  throws_in_constructor() {
    left = self(*this);
    asked = left->call<&throws_in_constructor::seven>();
    stopped = left->stop();
    throw std::domain_error{"no"};
  }
  int seven() { return 7; }
};
}  // namespace

TEST_CASE("an exception of the constructor reaches the caller of start, and messages sent meanwhile are answered") {
  CHECK(text_of<std::domain_error>([] { start<throws_in_constructor>(); }) == "no");
  CHECK(!throws_in_constructor::left->is_alive());
  CHECK(contains(text_of<vicar::actor_dead_error>([] { throws_in_constructor::asked->get(); }),
                 "stopped before handling the message seven"));
  CHECK(throws_in_constructor::stopped->get());
  CHECK(vicar::detail::cell_table::instance().snapshot(vicar::detail::cell_table::which::all).empty());
}

namespace {
struct plain_data {
  int a;
  std::string b;
  std::string joined() const { return b + std::to_string(a); }
};
struct final_class final {
  int m() { return 1; }
};
struct alignas(128) aligned_class {
  bool is_aligned() const { return reinterpret_cast<std::uintptr_t>(this) % 128 == 0; }
};
}  // namespace

TEST_CASE("any class can be started: aggregate, final, over-aligned or immovable") {
  auto data = start<plain_data>(5, "x");
  CHECK(data.call<&plain_data::joined>().get() == "x5");
  CHECK(start<plain_data>().call<&plain_data::joined>().get() == "0");
  CHECK(start<final_class>().call<&final_class::m>().get() == 1);
  CHECK(start<aligned_class>().call<&aligned_class::is_aligned>().get());
  data.stop().get();
}

TEST_CASE("constructor arguments are forwarded as they are") {
  struct keeper {
    std::unique_ptr<int> owned;
    int& shared;
    keeper(std::unique_ptr<int> owned_number, int& other) : owned{std::move(owned_number)}, shared{other} {}
    int sum() const { return *owned + shared; }
  };
  int shared = 40;
  auto ref = start<keeper>(std::make_unique<int>(1), shared);
  shared = 41;
  CHECK(ref.call(&keeper::sum).get() == 42);
  ref.stop().get();
}

namespace {
struct named_by_class {
  static constexpr vicar::options actor_options{.name = "house"};
  std::string thread_name() const {
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    return name;
  }
};
}  // namespace

TEST_CASE("the name comes from start, from the class, or is the class's name and a running number") {
  auto by_class = start<named_by_class>();
  CHECK(by_class.name() == "house");
  CHECK(by_class.call<&named_by_class::thread_name>().get() == "house");
  auto by_start = start<named_by_class>({.name = "a name that is longer than the system shows"});
  CHECK(by_start.name() == "a name that is longer than the system shows");
  CHECK(by_start.call<&named_by_class::thread_name>().get() == "a name that is ");
  auto first = start<plain_data>();
  auto second = start<plain_data>();
  CHECK(first.name().substr(0, 11) == "plain_data-");
  CHECK(first.name() != second.name());
  const vicar::options as_lvalue{.name = "lvalue"};
  CHECK(start<plain_data>(as_lvalue, 1, "b").name() == "lvalue");
  for (auto& each : {by_class, by_start}) each.stop().get();
  for (auto& each : {first, second}) each.stop().get();
}

TEST_CASE("a mailbox capacity of zero is refused, naming the class") {
  const std::string text = text_of<vicar::error>([] { start<worker>({.mailbox_capacity = 0}); });
  CHECK(contains(text, "worker"));
  CHECK(contains(text, "mailbox_capacity of 0"));
}

namespace {
struct left_part {
  vicar::actor_ref<left_part> in_constructor = self(*this);
  int pad = 0;
};
struct right_part {
  vicar::actor_ref<right_part> in_constructor = self(*this);
  int value = 3;
};
struct both_parts : left_part, right_part {
  vicar::actor_ref<both_parts> own = self(*this);
  vicar::actor_ref<worker> inner = start<worker>();
  vicar::actor_ref<both_parts> after_inner = self(*this);
  bool same() {
    const right_part& as_base = *this;
    return self(*this) == own && own == left_part::in_constructor && own == right_part::in_constructor &&
           own == after_inner && self(as_base) == own && inner != own;
  }
};
}  // namespace

TEST_CASE("self works in constructors, through bases, and beside an actor that is started there") {
  auto ref = start<both_parts>();
  CHECK(ref.call<&both_parts::same>().get());
  auto as_base = ref.call([](both_parts& parts) { return parts.right_part::in_constructor; }).get();
  CHECK(as_base == ref);
  CHECK(as_base.get(&right_part::value).get() == 3);
  ref.call([](both_parts& parts) { return parts.inner; }).get().stop().get();
  ref.stop().get();
}

namespace {
struct with_part {
  struct part : vicar::actor {};
  std::unique_ptr<part> apart = std::make_unique<part>();
  std::string ask() { return std::string{apart->name()}; }
};
}  // namespace

TEST_CASE("self of a part outside the actor's object throws an error that says so") {
  const auto ref = start<with_part>({.name = "whole"});
  const std::string text = text_of<vicar::error>([&] { ref.call<&with_part::ask>().get(); });
  CHECK(contains(text, "vicar: self was called in whole ("));
  CHECK(contains(text, "is not part of the actor's object"));
  ref.stop().get();
}

namespace {
/// Sends itself more messages in its constructor than its mailbox can hold.
struct hasty {
  hasty() {
    for (int i = 0; i < 3; ++i) self(*this).defer<&hasty::nothing>();
  }
  void nothing() {}
};
struct socket_like {
  static constexpr bool vicar_hooks = false;
  void on_receive(const char*, std::size_t) {}
  void on_stop(int) {}
  void on_start() { started = true; }
  bool started = false;
};
struct foreign_socket {
  void on_receive(const char*, std::size_t) {}
  void on_stop(int) {}

 private:
  void on_start() {}
};
}  // namespace

template <>
inline constexpr bool vicar::enable_hooks<foreign_socket> = false;

TEST_CASE("a constructor that fills its own mailbox gets an error that names the capacity") {
  const std::string text = text_of<vicar::deadlock_error>([] { start<hasty>({.mailbox_capacity = 2}); });
  CHECK(contains(text, "waits for space in its own mailbox for nothing"));
  CHECK(contains(text, "options::mailbox_capacity"));
}

TEST_CASE("members with the names of hooks are not called where the class opts out") {
  const auto ref = start<socket_like>();
  CHECK_FALSE(ref.get(&socket_like::started).get());
  CHECK(ref.stop().get());
  CHECK(start<foreign_socket>().stop().get());
}

TEST_CASE("self outside the actor throws and names the class") {
  worker free_standing;
  CHECK(contains(text_of<vicar::error>([&] { self(free_standing); }),
                 "self was called for a (anonymous namespace)::worker") !=
        contains(text_of<vicar::error>([&] { self(free_standing); }), "self was called for a {anonymous}::worker"));
  auto ref = start<worker>();
  CHECK_THROWS_AS(ref.call([&](worker&) { self(free_standing); }).get(), vicar::error);
  ref.stop().get();
}

namespace {
struct stops_at_start : vicar::actor {
  int* received;
  explicit stops_at_start(int* counter) : received{counter} {}
  void on_start() {
    stop();
    stop();
  }
  void receive() { ++*received; }
};
}  // namespace

TEST_CASE("an actor that stops itself in on_start handles no message, not even earlier ones") {
  int received = 0;
  auto ref = start<stops_at_start>(&received);
  std::vector<vicar::future<void>> asked;
  for (int i = 0; i < 100; ++i) asked.push_back(ref.call<&stops_at_start::receive>());
  ref.stop().wait();
  for (auto& each : asked) CHECK_THROWS_AS(each.get(), vicar::actor_dead_error);
  CHECK(received == 0);
}

namespace {
struct speaks_of_itself : vicar::actor {
  std::string told() const { return urn() + " " + std::string{name()}; }
  void stop_after_two() {
    self(*this).defer<&speaks_of_itself::count>();
    stop();
    stop();
    self(*this).defer<&speaks_of_itself::count>();
  }
  void count() { ++counted; }
  static inline int counted = 0;
};
}  // namespace

TEST_CASE("the optional base knows the actor's URN and name, and its stop follows earlier messages") {
  auto ref = start<speaks_of_itself>({.name = "narrator"});
  CHECK(ref.call<&speaks_of_itself::told>().get() == ref.urn() + " narrator");
  ref.call<&speaks_of_itself::stop_after_two>().get();
  ref.stop().wait();
  CHECK(speaks_of_itself::counted == 1);
  CHECK(sizeof(vicar::actor) == 1);
}

TEST_CASE("the stop token is signalled as soon as a stop is requested") {
  struct patient : vicar::actor {
    void work(std::latch* started) {
      const vicar::stop_token token = stop_token();
      CHECK(!token.stop_requested());
      started->count_down();
      while (!token.stop_requested()) std::this_thread::yield();
    }
    bool requested_later() { return stop_token().stop_requested(); }
  };
  auto ref = start<patient>();
  std::latch started{1};
  auto worked = ref.call(&patient::work, &started);
  auto after = ref.call(&patient::requested_later);
  started.wait();
  CHECK(ref.stop().get());
  worked.get();
  CHECK(after.get());
}

TEST_CASE("messages sent before stop are handled, later ones are answered with actor_dead_error") {
  auto ref = start<worker>();
  gate door;
  auto held = ref.call<&worker::wait_at>(&door);
  door.entered.acquire();
  auto before = ref.call<&worker::add_one>(1);
  auto stopped = ref.stop();
  auto after = ref.call<&worker::add_one>(2);
  auto stopped_again = ref.stop();
  CHECK(!stopped.ready());
  CHECK(ref.is_alive());
  door.open.release();
  CHECK(before.get() == 2);
  CHECK(stopped.get());
  CHECK(stopped_again.get());
  CHECK(contains(text_of<vicar::actor_dead_error>([&] { after.get(); }),
                 "worker (" + ref.urn() + ") stopped before handling the message add_one"));
  CHECK(!ref.is_alive());
  CHECK(!ref.stop().get());
  CHECK(contains(text_of<vicar::actor_dead_error>([&] { ref.call<&worker::add_one>(2).get(); }),
                 "worker (" + ref.urn() + ") is not running"));
  CHECK_THROWS_AS(ref.defer<&worker::add_one>(1), vicar::actor_dead_error);
}

namespace {
struct slow_to_stop {
  gate* in_stop;
  gate* in_destructor;
  void on_stop() { in_stop->pass(); }
  ~slow_to_stop() { in_destructor->pass(); }
  int seven() { return 7; }
};
}  // namespace

TEST_CASE("the future of stop is ready only when on_stop has returned and the object is destroyed") {
  gate in_stop;
  gate in_destructor;
  auto ref = start<slow_to_stop>(&in_stop, &in_destructor);
  auto stopped = ref.stop();
  in_stop.entered.acquire();
  CHECK(!ref.is_alive());
  CHECK(!stopped.ready());
  auto late = ref.stop();
  CHECK_THROWS_AS(ref.call<&slow_to_stop::seven>().get(), vicar::actor_dead_error);
  in_stop.open.release();
  in_destructor.entered.acquire();
  CHECK(!stopped.ready());
  CHECK(!late.ready());
  in_destructor.open.release();
  CHECK(stopped.get());
  CHECK(late.get());
  CHECK(!ref.stop().get());
}

TEST_CASE("an exception of a call goes to the caller, and the actor lives on") {
  log_capture log{vicar::log_level::info};
  diary book;
  auto ref = start<worker>(&book);
  CHECK(text_of<std::runtime_error>([&] { ref.call<&worker::fail>().get(); }) == "it failed");
  CHECK(ref.call<&worker::add_one>(1).get() == 2);
  ref.stop().get();
  CHECK(book.entries == entries{"constructor", "on_start", "add_one", "on_stop", "destructor"});
  REQUIRE(log.count(vicar::log_level::info, "Exception returned from") == 1);
  const auto line = log.lines().front();
  CHECK(contains(line.message, "worker (" + ref.urn() + ") to caller: fail threw:"));
  CHECK(line.exception == "it failed");
  CHECK(line.actor == ref.name());
}

TEST_CASE("an exception of a deferred call is logged, runs on_failure and ends the actor without on_stop") {
  log_capture log;
  diary book;
  auto ref = start<worker>(&book);
  gate door;
  ref.defer<&worker::wait_at>(&door);
  door.entered.acquire();
  ref.defer<&worker::fail>();
  auto left = ref.call<&worker::add_one>(1);
  auto stopped = ref.stop();
  door.open.release();
  CHECK_THROWS_AS(left.get(), vicar::actor_dead_error);
  CHECK(stopped.get());
  CHECK(!ref.is_alive());
  CHECK(book.entries == entries{"constructor", "on_start", "on_failure it failed", "destructor"});
  REQUIRE(log.lines().size() == 1);
  CHECK(contains(log.lines()[0].message, "Unhandled exception in "));
  CHECK(contains(log.lines()[0].message, "worker (" + ref.urn() + "): fail threw:"));
  CHECK(log.lines()[0].level == vicar::log_level::error);
  CHECK(log.lines()[0].exception == "it failed");
}

namespace {
template <int Where>
struct throws_in_hook {
  diary* book;
  void on_start() {
    book->write("on_start");
    if (Where == 1) throw std::logic_error{"in on_start"};
  }
  void on_stop() {
    book->write("on_stop");
    if (Where == 2) throw std::logic_error{"in on_stop"};
  }
  void on_failure(std::exception_ptr) {
    book->write("on_failure");
    if (Where == 3) throw std::logic_error{"in on_failure"};
  }
  int seven() { return 7; }
  void fail() { throw 42; }
};
}  // namespace

TEST_CASE("an exception of on_start is logged, no other hook runs, and pending messages are answered") {
  log_capture log;
  diary book;
  auto ref = start<throws_in_hook<1>>(&book);
  auto asked = ref.call<&throws_in_hook<1>::seven>();
  CHECK_THROWS_AS(asked.get(), vicar::actor_dead_error);
  ref.stop().wait();
  CHECK(!ref.is_alive());
  CHECK(book.entries == entries{"on_start"});
  CHECK(log.count(vicar::log_level::error, "on_start threw:") == 1);
}

TEST_CASE("an exception of on_stop is logged and the actor stops") {
  log_capture log;
  diary book;
  auto ref = start<throws_in_hook<2>>(&book);
  CHECK(ref.stop().get());
  CHECK(book.entries == entries{"on_start", "on_stop"});
  CHECK(log.count(vicar::log_level::error, "on_stop threw:") == 1);
}

TEST_CASE("an exception of on_failure is logged after the one that caused it, and the actor stops") {
  log_capture log;
  diary book;
  auto ref = start<throws_in_hook<3>>(&book);
  ref.defer<&throws_in_hook<3>::fail>();
  ref.stop().wait();
  CHECK(book.entries == entries{"on_start", "on_failure"});
  REQUIRE(log.lines().size() == 2);
  CHECK(log.lines()[0].exception == "an exception that is not a std::exception");
  CHECK(contains(log.lines()[1].message, "on_failure threw:"));
}

TEST_CASE("stop_all_actors thrown by a deferred call stops this actor and every other one") {
  log_capture log{vicar::log_level::debug};
  diary book;
  auto bystander = start<worker>(&book);
  auto ref = start<worker>();
  ref.defer<&worker::stop_everything>();
  ref.stop().wait();
  bystander.stop().wait();
  CHECK(book.entries.back() == "destructor");
  CHECK(log.count(vicar::log_level::debug, "stop_all_actors in") == 1);
  CHECK(log.count(vicar::log_level::debug, "Stopping all actors.") == 1);
  CHECK(log.count(vicar::log_level::error, "") == 0);
}

namespace {
struct throws_at_the_end {
  explicit throws_at_the_end(bool all = false) : stop_all{all} {}
  ~throws_at_the_end() noexcept(false) {
    if (stop_all) throw vicar::stop_all_actors{};
    throw std::runtime_error{"torn down badly"};
  }
  bool stop_all;
};
struct fails_after_stop_all {
  void stop_everything() { throw vicar::stop_all_actors{}; }
  void on_stop() { throw std::runtime_error{"no time to stop"}; }
};
}  // namespace
namespace {
struct point {
  int x;
  int y;
  int sum() const { return x + y; }
};
}  // namespace
TEST_CASE("an aggregate is started with values for some of its fields, without a warning") {
  auto ref = start<point>(3);
  CHECK(ref.call<&point::sum>().get() == 3);
  ref.stop().wait();
}
TEST_CASE("an exception of the destructor is logged, and the actor has ended") {
  log_capture log;
  auto ref = start<throws_at_the_end>();
  CHECK(ref.stop().get());
  CHECK_FALSE(ref.is_alive());
  CHECK(log.count(vicar::log_level::error, "the destructor threw:") == 1);
}
TEST_CASE("stop_all_actors thrown by the destructor stops every other actor") {
  log_capture log;
  auto bystander = start<worker>();
  auto ref = start<throws_at_the_end>(true);
  ref.stop().wait();
  while (bystander.is_alive()) std::this_thread::yield();
  bystander.stop().wait();
  CHECK(log.lines().empty());
}
TEST_CASE("stop_all_actors is logged once, even if on_stop throws afterwards") {
  log_capture log{vicar::log_level::debug};
  auto ref = start<fails_after_stop_all>();
  ref.defer<&fails_after_stop_all::stop_everything>();
  ref.stop().wait();
  CHECK(log.count(vicar::log_level::debug, "Stopping all actors.") == 1);
  CHECK(log.count(vicar::log_level::error, "on_stop threw:") == 1);
}
TEST_CASE("a call that throws stop_all_actors is answered with actor_dead_error") {
  auto bystander = start<worker>();
  auto ref = start<worker>();
  const std::string text = text_of<vicar::actor_dead_error>([&] { ref.call<&worker::stop_everything>().get(); });
  CHECK(contains(text, "stopped while handling the message stop_everything"));
  ref.stop().wait();
  bystander.stop().wait();
  CHECK(!bystander.is_alive());
}

namespace {
template <int Where>
struct stops_all_in_hook {
  void on_start() const {
    if (Where == 1) throw vicar::stop_all_actors{};
  }
  void on_stop() const {
    if (Where == 2) throw vicar::stop_all_actors{};
  }
  void on_failure(std::exception_ptr) const {
    if (Where == 3) throw vicar::stop_all_actors{};
  }
  void fail() { throw 1; }
};
}  // namespace

TEST_CASE("stop_all_actors stops every actor from any hook") {
  log_capture log;
  auto bystander = start<worker>();
  SECTION("on_start") { start<stops_all_in_hook<1>>(); }
  SECTION("on_stop") { start<stops_all_in_hook<2>>().stop().get(); }
  SECTION("on_failure") { start<stops_all_in_hook<3>>().defer<&stops_all_in_hook<3>::fail>(); }
  // The other actor's thread stops the bystander; only a call that is answered late enough shows it.
  while (bystander.is_alive()) std::this_thread::yield();
  bystander.stop().wait();
}

TEST_CASE("an actor that waits for itself gets a deadlock_error that names it, and lives on") {
  auto ref = start<worker>();
  const std::string text = text_of<vicar::deadlock_error>([&] { ref.call<&worker::ask_itself>().get(); });
  CHECK(contains(text, "worker (" + ref.urn() + ") waits for itself: add_one cannot run before ask_itself returns"));
  CHECK(ref.call<&worker::add_one>(1).get() == 2);
  CHECK_THROWS_AS(ref.call([](worker& me) { self(me).stop().get(); }).get(), vicar::deadlock_error);
  ref.stop().wait();
}

TEST_CASE("an actor may wait for itself with a timeout") {
  auto ref = start<worker>();
  const auto outcome =
      ref.call([](worker& me) { self(me).call<&worker::add_one>(1).get(std::chrono::milliseconds{1}); });
  CHECK(contains(text_of<vicar::timeout_error>([&] { outcome.get(); }), "did not answer add_one within 0.001 s"));
  ref.stop().wait();
}

TEST_CASE("a constructor that waits for its own actor gets a deadlock_error") {
  struct impatient {
    impatient() { self(*this).call(&impatient::seven).get(); }
    int seven() { return 7; }
  };
  CHECK(contains(text_of<vicar::deadlock_error>([] { start<impatient>(); }), "the constructor of"));
}

TEST_CASE("a timeout_error names actor, message, duration, running member and mailbox depth") {
  auto ref = start<worker>();
  gate door;
  ref.defer<&worker::wait_at>(&door);
  door.entered.acquire();
  auto asked = ref.call<&worker::add_one>(1);
  ref.defer<&worker::add_one>(1);
  const std::string text = text_of<vicar::timeout_error>([&] { asked.get(std::chrono::milliseconds{2}); });
  CHECK(contains(text,
                 "worker (" + ref.urn() + ") did not answer add_one within 0.002 s; it has been running wait_at for "));
  CHECK(contains(text, " s and 2 messages wait in its mailbox: wait longer, or give it less to do"));
  CHECK_THROWS_AS(asked.get(std::chrono::seconds{0}), vicar::timeout_error);
  CHECK_THROWS_AS(asked.get(std::chrono::seconds{-1}), vicar::timeout_error);
  CHECK(!asked.wait_for(std::chrono::milliseconds{1}));
  door.open.release();
  CHECK(asked.get() == 2);
  ref.stop().wait();
}

TEST_CASE("without a thread, start throws, the object is destroyed and nothing leaks") {
  vicar::registry::stop_all();
  support::settle();
  diary book;
  std::vector<vicar::actor_ref<worker>> others;  // they occupy all idle threads of earlier actors
  for (std::size_t i = 0; i < vicar::detail::most_idle_threads; ++i) others.push_back(start<worker>());
  pthread_attr_t usual;
  pthread_attr_t impossible;
  REQUIRE(pthread_getattr_default_np(&usual) == 0);
  REQUIRE(pthread_getattr_default_np(&impossible) == 0);
  constexpr unsigned too_large = sizeof(std::size_t) > 4 ? 46 : 31;
  REQUIRE(pthread_attr_setstacksize(&impossible, std::size_t{1} << too_large) == 0);
  REQUIRE(pthread_setattr_default_np(&impossible) == 0);
  const std::string text = text_of<vicar::error>([&] { start<worker>({.name = "unlucky"}, &book); });
  REQUIRE(pthread_setattr_default_np(&usual) == 0);
  CHECK(contains(text, "vicar: cannot start a thread for"));
  CHECK(contains(text, "unlucky ("));
  CHECK(book.entries == entries{"constructor", "destructor"});
  CHECK(vicar::detail::cell_table::instance().snapshot(vicar::detail::cell_table::which::all).size() == others.size());
  auto ref = start<worker>();
  CHECK(ref.call<&worker::add_one>(1).get() == 2);
  ref.stop().wait();
  for (auto& other : others) other.stop().wait();
}

TEST_CASE("the last reference to an actor may be destroyed with an argument, on its own thread") {
  auto shared = std::make_shared<std::optional<vicar::actor_ref<worker>>>(start<worker>());
  vicar::actor_ref<worker> ref = **shared;
  const auto stopped = ref.stop();
  std::weak_ptr<void> watched;
  {
    auto other = std::make_shared<vicar::actor_ref<worker>>(start<worker>());
    watched = other;
    auto& target = *other;
    auto done = target.call([](worker&, const std::shared_ptr<vicar::actor_ref<worker>>& own) { own->stop(); },
                            std::move(other));
    done.get();
  }
  CHECK(watched.expired());
  stopped.get();
}

TEST_CASE("the arguments of a message are destroyed before its future is ready") {
  auto ref = start<worker>();
  for (int i = 0; i < 1000; ++i) {
    auto token = std::make_shared<int>(i);
    const std::weak_ptr<int> watched = token;
    ref.call([](worker&, const std::shared_ptr<int>&) {}, std::move(token)).get();
    REQUIRE(watched.expired());
  }
  ref.stop().wait();
}

TEST_CASE("the counters describe what an actor has done and is doing") {
  log_capture log{vicar::log_level::off};
  auto ref = start<worker>();
  ref.call<&worker::add_one>(1).get();
  CHECK_THROWS(ref.call<&worker::fail>().get());
  gate door;
  ref.defer<&worker::wait_at>(&door);
  door.entered.acquire();
  ref.defer<&worker::add_one>(1);
  const vicar::actor_stats busy = ref.stats();
  CHECK(busy.processed == 2);
  CHECK(busy.failed == 1);
  CHECK(busy.dropped == 0);
  CHECK(busy.mailbox_depth == 1);
  CHECK(busy.running_member == "wait_at");
  CHECK(busy.running_since.time_since_epoch().count() > 0);
  door.open.release();
  ref.call<&worker::add_one>(1).get();
  CHECK(ref.stats().mailbox_depth == 0);
  CHECK(ref.stats().processed == 5);
  ref.stop().get();
}

TEST_CASE("messages left in the mailbox when an actor ends count as dropped") {
  auto ref = start<worker>();
  gate door;
  ref.defer<&worker::wait_at>(&door);
  door.entered.acquire();
  auto stopped = ref.stop();
  for (int i = 0; i < 3; ++i) ref.defer<&worker::add_one>(i);
  door.open.release();
  stopped.get();
  CHECK(ref.stats().dropped == 3);
}

TEST_CASE("overflow::fail: a full mailbox refuses, naming actor and member; stop is accepted") {
  auto ref = start<worker>({.mailbox_capacity = 2, .on_overflow = vicar::overflow::fail});
  gate door;
  ref.defer<&worker::wait_at>(&door);
  door.entered.acquire();
  auto first = ref.call<&worker::add_one>(1);
  auto second = ref.call<&worker::add_one>(2);
  auto third = ref.call<&worker::add_one>(3);
  const std::string text = text_of<vicar::mailbox_full_error>([&] { third.get(); });
  CHECK(contains(text, "the mailbox of"));
  CHECK(contains(text, "worker (" + ref.urn() + ") is full, add_one was not delivered"));
  CHECK_THROWS_AS(ref.defer<&worker::add_one>(4), vicar::mailbox_full_error);
  auto stopped = ref.stop();
  door.open.release();
  CHECK(first.get() == 2);
  CHECK(second.get() == 3);
  CHECK(stopped.get());
}

TEST_CASE("overflow::drop: a full mailbox drops the new message, counts it, and answers a call") {
  diary book;
  auto ref = start<worker>({.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop}, &book);
  gate door;
  ref.defer<&worker::wait_at>(&door);
  door.entered.acquire();
  ref.defer<&worker::add_one>(1);
  ref.defer<&worker::add_one>(2);
  CHECK_THROWS_AS(ref.call<&worker::add_one>(3).get(), vicar::mailbox_full_error);
  CHECK(ref.stats().dropped == 2);
  door.open.release();
  ref.stop().get();
  CHECK(book.entries == entries{"constructor", "on_start", "add_one", "on_stop", "destructor"});
}

TEST_CASE("overflow::block: a sender waits until there is space") {
  auto ref = start<worker>({.mailbox_capacity = 1});
  gate door;
  ref.defer<&worker::wait_at>(&door);
  door.entered.acquire();
  auto first = ref.call<&worker::add_one>(1);
  std::binary_semaphore about_to_send{0};
  std::atomic<int> answer{0};
  std::thread sender{[&] {
    about_to_send.release();
    answer = ref.call<&worker::add_one>(2).get();
  }};
  about_to_send.acquire();
  CHECK(!first.ready());
  CHECK(answer == 0);
  CHECK(ref.stats().mailbox_depth == 1);
  door.open.release();
  sender.join();
  CHECK(answer == 3);
  ref.stop().get();
}

TEST_CASE("overflow::block: a sender blocked during the constructor continues once the actor has started") {
  struct prompt {
    prompt(std::optional<std::thread>& sender, support::sleeper& waiting) {
      sender.emplace([me = self(*this), &waiting] {
        me.defer([](prompt&) {});
        waiting.here();
        for (int i = 0; i < 3; ++i) me.defer([](prompt&) {});
      });
      waiting.wait_until_asleep();
    }
  };
  for (int round = 0; round < 200; ++round) {
    std::optional<std::thread> sender;
    support::sleeper waiting;
    auto ref = start<prompt>({.mailbox_capacity = 1}, sender, waiting);
    sender->join();
    CHECK(ref.stop().get());
    CHECK(ref.stats().processed == 4);
  }
}

TEST_CASE("overflow::block: blocked senders are released when the actor ends") {
  log_capture log{vicar::log_level::off};
  auto ref = start<worker>({.mailbox_capacity = 1});
  gate door;
  ref.defer<&worker::wait_at>(&door);
  door.entered.acquire();
  std::function<void()> tell_to_end = [] {};
  SECTION("by a failure") { ref.defer<&worker::fail>(); }
  SECTION("by stop") {
    ref.defer<&worker::add_one>(1);
    tell_to_end = [&] { ref.stop(); };
  }
  SECTION("by stop_all") {
    ref.defer<&worker::add_one>(1);
    tell_to_end = [] { CHECK_THROWS_AS(vicar::registry::stop_all(std::chrono::seconds{0}), vicar::timeout_error); };
  }
  std::vector<std::thread> senders;
  std::array<support::sleeper, 4> waiting;
  std::atomic<int> refused{0};
  for (support::sleeper& here : waiting) {
    senders.emplace_back([&] {
      here.here();
      if (!text_of<vicar::actor_dead_error>([&] { ref.call<&worker::add_one>(1).get(); }).empty()) ++refused;
      if (!text_of<vicar::actor_dead_error>([&] { ref.defer<&worker::add_one>(1); }).empty()) ++refused;
    });
  }
  for (const support::sleeper& each : waiting) each.wait_until_asleep();
  tell_to_end();
  door.open.release();
  for (auto& each : senders) each.join();
  CHECK(refused == 8);
  ref.stop().wait();
}

TEST_CASE("a sender blocked by the full mailbox of an actor under construction gets through") {
  class gate {
   public:
    explicit gate(std::thread& sender) {
      support::sleeper sleeping;
      sender = std::thread{[&sleeping, ref = vicar::self(*this)] {
        ref.call<&gate::pass>();
        sleeping.here();
        for (int i = 0; i < 200; ++i) ref.call<&gate::pass>().wait();
      }};
      sleeping.wait_until_asleep();
    }
    void pass() { ++passed; }
    int passed = 0;
  };
  std::thread sender;
  auto ref = vicar::start<gate>({.mailbox_capacity = 1}, sender);
  sender.join();
  CHECK(ref.get<&gate::passed>().get() == 201);
  ref.stop().wait();
}

TEST_CASE("an actor that would wait for space in its own mailbox gets a deadlock_error") {
  auto ref = start<worker>({.mailbox_capacity = 1});
  const auto outcome = ref.call([](worker& me) {
    const auto own = self(me);
    for (int i = 0; i < 3; ++i) own.defer<&worker::add_one>(i);
  });
  CHECK(contains(text_of<vicar::deadlock_error>([&] { outcome.get(); }), "waits for itself"));
  ref.stop().get();
}

TEST_CASE("an actor whose own mailbox is full receives the replies of other actors") {
  class asker {
   public:
    explicit asker(vicar::actor_ref<worker> other) : other_{std::move(other)} {}
    int ask(gate* door, support::sleeper* waiting) {
      door->pass();
      const vicar::future<int> answer = other_.call<&worker::add_one>(1);
      depth = self(*this).stats().mailbox_depth;
      waiting->here();
      return answer.get();
    }
    std::size_t depth = 0;

   private:
    vicar::actor_ref<worker> other_;
  };
  const auto policy = GENERATE(vicar::overflow::block, vicar::overflow::fail, vicar::overflow::drop);
  auto other = start<worker>();
  gate other_door;
  other.defer<&worker::wait_at>(&other_door);
  auto ref = start<asker>({.mailbox_capacity = 1, .on_overflow = policy}, other);
  gate door;
  support::sleeper waiting;
  const auto answer = ref.call<&asker::ask>(&door, &waiting);
  door.entered.acquire();
  const auto depth = ref.get<&asker::depth>();
  if (policy != vicar::overflow::block) CHECK_THROWS_AS(ref.get<&asker::depth>().get(), vicar::mailbox_full_error);
  door.open.release();
  waiting.wait_until_asleep();
  other_door.open.release();
  CHECK(answer.get() == 2);
  CHECK(depth.get() == 1);
  ref.stop().get();
  other.stop().get();
}

TEST_CASE("a thousand actors live at once and answer") {
  std::vector<vicar::actor_ref<worker>> all;
  for (int i = 0; i < 1000; ++i) all.push_back(start<worker>());
  std::vector<vicar::future<int>> answers;
  for (auto& each : all) answers.push_back(each.call<&worker::add_one>(1));
  for (int value : vicar::get_all(answers)) CHECK(value == 2);
  std::vector<vicar::future<bool>> stopped;
  for (auto& each : all) stopped.push_back(each.stop());
  for (const bool each : vicar::get_all(stopped)) CHECK(each);
}

#if defined(CLOCK_PROCESS_CPUTIME_ID)
TEST_CASE("idle actors use no processor time") {
  const auto processor_time = [] {
    std::timespec used{};
    REQUIRE(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
  };
  std::vector<vicar::actor_ref<worker>> all;
  for (int i = 0; i < 100; ++i) all.push_back(start<worker>());
  // Several in succession, so that an actor may expect the next one soon.
  for (const auto& each : all)
    for (int i = 0; i < 20; ++i) CHECK(each.call<&worker::add_one>(i).get() == i + 1);

  const vicar::promise<int> never_kept;
  const auto before = processor_time();
  CHECK_FALSE(never_kept.get_future().wait_for(std::chrono::milliseconds{300}));
  // Of the 600 ms that two cores have. The actors use some of it to fall asleep.
  CHECK(processor_time() - before < std::chrono::milliseconds{100});
  std::vector<vicar::future<bool>> stopped;
  for (auto& each : all) stopped.push_back(each.stop());
  for (const bool each : vicar::get_all(stopped)) CHECK(each);
}
#endif
