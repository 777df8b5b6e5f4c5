// SPDX-License-Identifier: BSL-1.0
#include <vicar/inspect.hpp>

#include <any>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/registry.hpp>
#include <vicar/traversable.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"

namespace app {
struct any_holder {
  std::any first;
};
/// Converts from anything.
struct greedy {
  greedy() = default;
  template <class Value>
  greedy(const Value&) {}  // NOLINT: as the values of some JSON libraries
};
struct greedy_holder {
  greedy first;
  int second;
};
struct counted_base {
  int count;
};
struct derived_holder : counted_base {
  std::any first;
};

struct item {
  int id;
  std::string name;
};
struct unmarked {
  int id;
};
enum class colour { red };

struct order {
  int number;
  bool urgent;
  item first;
  std::vector<item> more;
  std::unique_ptr<int> pointer;
  unmarked hidden;
  colour paint;
  const char* text;
};

struct nothing {};

struct odd {
  const char* name;
  unsigned low : 3;
  unsigned high : 5;
};
struct single {
  int only[1] = {5};
};
struct blank {};
struct links {
  const int* number;
  char* buffer;
  int item::* member;
};
struct flags {
  unsigned first : 1, second : 1, third : 1, fourth : 1, fifth : 1, sixth : 1, seventh : 1, eighth : 1, ninth : 1;
  bool last;
};
/// Eleven fields, so that their number has two digits.
struct report {
  int a, b, c, d, e, f, g, h, i;
  const bool urgent : 1;
  const std::string text;
};
struct longest {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4;
  int d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4;
  int g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9, i0, i1, i2, i3, i4;
  int j0, j1, j2, j3, j4, j5, j6, j7, j8, j9, k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, l0, l1, l2, l3;
  int last : 4;
};
struct holder {
  vicar::traversable<item> inside;
};

struct job {
  int id;
  std::filesystem::path file;
};

/// Has a formatter, which takes precedence over Boost.PFR.
struct amount {
  int cents;
};
class vault {
 public:
  explicit vault(int first) : door{first} {}
  std::unique_ptr<int> gold;
  static inline int count = 2;
  unsigned locked : 1 = 1;
  int door;
};

/// Has a formatter, so it need not be an aggregate.
class money {
 public:
  explicit money(int cents) : cents_{cents} {}
  int cents() const { return cents_; }

 private:
  int cents_;
};

class desk {
 public:
  using receives = vicar::messages<nothing>;
  void on_receive(nothing) {}
  int add(const item& entry, int times) { return entry.id * times; }
  int plain(int number) { return number; }
  int on_receive(const item& entry) { return entry.id; }
  int fill(char* buffer, const item& entry) { return buffer[0] + entry.id; }
  int count(const item& entry, const int* into) { return into ? *into : entry.id; }
};

struct speaker {
  int volume = 5;
  std::string title = "none";
};

struct player {
  int calls = 7;
  vicar::traversable<speaker> output;
  std::unique_ptr<speaker> spare;
};

struct counter {
  int total = 3;
  std::string name = "c";
  std::mutex mutex;
};

/// Its arrays are full, without a terminating null.
class label {
 public:
  label() = default;  // so that it is not an aggregate
  char code[4] = {'A', 'B', 'C', 'D'};
  char secret[8] = {'s', 'e', 'c', 'r', 'e', 't', 's', 's'};
  char note[8] = "ink";
  char grid[2][2] = {{'a', 'b'}, {'c'}};
};

class guarded {
 public:
  explicit guarded(int first) : total{first} {}
  int total;
  int pair[2] = {1, 2};
  void touch() {}
  int doubled() const { return 2 * total; }
};

}  // namespace app

/// Written character by character, as not every compiler finds what `fmt::format_to` needs in the library of fmt.
template <class Context>
auto write_cents(int cents, Context& context) {
  auto out = context.out();
  for (const char c : fmt::format("{} cents", cents)) *out++ = c;
  return out;
}
template <>
struct fmt::formatter<app::money> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const app::money& value, Context& context) const {
    return write_cents(value.cents(), context);
  }
};
template <>
struct fmt::formatter<app::amount> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const app::amount& value, Context& context) const {
    return write_cents(value.cents, context);
  }
};

VICAR_INSPECT(app::odd, app::single, app::blank, app::links, app::flags, app::report, app::longest, app::amount,
              app::job)
VICAR_INSPECT(app::item, app::order, app::nothing, app::money)
template <>
inline constexpr bool vicar::enable_traversable<app::speaker> = true;
VICAR_PROXY(app::desk, add, plain)
VICAR_PROXY(app::vault, gold, count, locked, door)
VICAR_PROXY(app::label, code, note, grid)
VICAR_PROXY(app::player, calls, output, spare)
VICAR_PROXY(app::guarded, total, touch, pair, VICAR_PROPERTY(twice, doubled))

namespace {

using support::containing;
using support::error_text;

template <class Message>
std::string unexpected(Message message) {
  const support::log_capture log;
  const auto ref = vicar::start<app::desk>();
  const vicar::any_actor_ref any = ref;
  any.tell(std::move(message));
  ref.stop().wait();
  REQUIRE(log.lines().size() == 1);
  const std::string start = "Unexpected message received by app::desk (" + ref.urn() + "): ";
  const std::string text = log.lines().front().message;
  REQUIRE(text.substr(0, start.size()) == start);
  return text.substr(start.size());
}

TEST_CASE("a marked message is logged by its value, another by its type") {
  CHECK(unexpected(app::item{3, "bolt"}) == "{3, \"bolt\"}");
  CHECK(unexpected(app::unmarked{3}) == "app::unmarked");
  CHECK(unexpected(app::money{150}) == "150 cents");
  CHECK(unexpected(42) == "int");
}

TEST_CASE("each kind of field is printed as far as possible") {
  CHECK(
      unexpected(app::order{4, true, {1, "nut"}, {{2, "pin"}, {3, "cap"}}, nullptr, {9}, app::colour::red, "quick"}) ==
      containing("{4, true, {1, \"nut\"}, [{2, \"pin\"}, {3, \"cap\"}], std::unique_ptr<int",
                 ">, app::unmarked, app::colour, "
                 "\"quick\"}"));
}

TEST_CASE("unusual fields are harmless") {
  CHECK(unexpected(app::odd{nullptr, 1, 2}) == "{null, bit-field, bit-field}");
  CHECK(unexpected(app::single{}) == "{[5]}");
  CHECK(unexpected(app::item{1, "a \"quoted\" word"}) == R"({1, "a \"quoted\" word"})");
}

TEST_CASE("an aggregate is printed whatever the number of its fields and wherever its bit-fields are") {
  CHECK(unexpected(app::blank{}) == "{}");
  CHECK(unexpected(app::flags{1, 0, 1, 0, 1, 0, 1, 0, 1, true}) ==
        "{bit-field, bit-field, bit-field, bit-field, bit-field, bit-field, bit-field, bit-field, bit-field, true}");
  CHECK(unexpected(app::report{1, 2, 3, 4, 5, 6, 7, 8, 9, true, "late"}) ==
        "{1, 2, 3, 4, 5, 6, 7, 8, 9, bit-field, \"late\"}");
  app::longest numbers{};
  numbers.a0 = 1;
  numbers.l3 = 99;
  std::string zeros;
  for (int field = 2; field <= 98; ++field) zeros += "0, ";
  CHECK(unexpected(numbers) == "{1, " + zeros + "99, bit-field}");
}

TEST_CASE("a range of elements of its own type is printed by its type") {
  CHECK(unexpected(app::job{1, "/tmp/a"}) == containing("{1, std::", "filesystem::", "path}"));
}

TEST_CASE("the error of an unhandled ask prints the message") {
  const support::log_capture log;
  const auto ref = vicar::start<app::desk>();
  const vicar::any_actor_ref any = ref;
  CHECK(error_text<vicar::unhandled_message_error>([&] { any.ask(app::item{3, "bolt"}).get(); }) ==
        containing("takes no message of type app::item such as {3, \"bolt\"};"));
  CHECK(error_text<vicar::unhandled_message_error>([&] { any.ask(app::unmarked{3}).get(); }) ==
        containing("takes no message of type app::unmarked;"));
  ref.stop().wait();
}

TEST_CASE("the error of an undelivered message prints its arguments if one of them is marked") {
  const auto ref = vicar::start<app::desk>();
  const auto proxy = ref.proxy();
  ref.stop().wait();
  using dead = vicar::actor_dead_error;
  CHECK(error_text<dead>([&] { proxy->add(app::item{3, "bolt"}, 2).get(); }) ==
        containing(" is not running, add({3, \"bolt\"}, 2) was not delivered;"));
  CHECK(error_text<dead>([&] { proxy->add.defer(app::item{3, "bolt"}, 2); }) ==
        containing(" is not running, add({3, \"bolt\"}, 2) was not delivered;"));
  CHECK(error_text<dead>([&] { proxy.call(&app::desk::add, app::item{3, "bolt"}, 2).get(); }) ==
        containing("({3, \"bolt\"}, 2) was not delivered;"));
  CHECK(error_text<dead>([&] { ref.ask(app::item{3, "bolt"}).get(); }) ==
        containing(" is not running, on_receive({3, \"bolt\"}) was not delivered;"));
  CHECK(error_text<dead>([&] { vicar::any_actor_ref{ref}.tell(app::item{3, "bolt"}); }) ==
        containing(" is not running, on_receive({3, \"bolt\"}) was not delivered;"));
  CHECK(error_text<dead>([&] { proxy->plain(2).get(); }) == containing(" is not running, plain was not delivered;"));
}

TEST_CASE("a null pointer of any type is printed as null, other pointers by their type") {
  CHECK(unexpected(app::links{nullptr, nullptr, nullptr}) == "{null, null, null}");
  const int number = 1;
  CHECK(unexpected(app::links{&number, nullptr, &app::item::id}) ==
        containing("{const int", "*, null, int app::item::*}"));
}

TEST_CASE("an argument that is nullptr is printed as null") {
  const auto ref = vicar::start<app::desk>();
  ref.stop().wait();
  CHECK(error_text<vicar::actor_dead_error>([&] {
          ref.call<&app::desk::count>(app::item{3, "bolt"}, nullptr).get();
        }) == containing("count({3, \"bolt\"}, null) was not delivered;"));
}

TEST_CASE("an argument that is a buffer is not read as text") {
  const auto ref = vicar::start<app::desk>();
  ref.stop().wait();
  char buffer[] = "old text";
  CHECK(error_text<vicar::actor_dead_error>([&] { ref.call<&app::desk::fill>(buffer, app::item{3, "bolt"}).get(); }) ==
        containing("fill(char", "*, {3, \"bolt\"}) was not delivered;"));
}

TEST_CASE("the error of a message pending at the stop of its actor prints its arguments") {
  const auto ref = vicar::start<app::desk>();
  vicar::promise<void> gate;
  ref.defer([open = gate.get_future()](app::desk&) { open.get(); });
  const auto stopped = ref.stop();
  const auto left_over = ref.call<&app::desk::add>(app::item{3, "bolt"}, 2);
  gate.set_value();
  stopped.wait();
  CHECK(error_text<vicar::actor_dead_error>([&] { left_over.get(); }) ==
        containing("stopped before handling the message add({3, \"bolt\"}, 2);"));
}

TEST_CASE("a snapshot shows the fields of an aggregate, read in one message") {
  const auto ref = vicar::start<app::player>();
  CHECK(ref.snapshot().get() == containing("{7, app::speaker, std::unique_ptr<app::speaker"));
  ref.stop().wait();
}

TEST_CASE("a snapshot shows a nested aggregate") {
  const auto ref = vicar::start<app::player>();
  const auto proxy = ref.proxy();
  CHECK_THROWS_AS(proxy.at(&app::player::spare).snapshot().get(), vicar::null_step_error);
  proxy.call([](app::player& entry) { entry.spare = std::make_unique<app::speaker>(); }).get();
  CHECK(proxy.at(&app::player::spare).snapshot().get() == "{5, \"none\"}");
  CHECK(proxy.at<&app::player::output>().snapshot().get() == "{5, \"none\"}");
  ref.stop().wait();
}

TEST_CASE("a snapshot shows an immovable field by its type") {
  const auto ref = vicar::start<app::counter>();
  CHECK(ref.snapshot().get() == "{3, \"c\", std::mutex}");
  ref.stop().wait();
}

TEST_CASE("a snapshot of a class that is not an aggregate shows its registered fields") {
  const auto ref = vicar::start<app::guarded>(4);
  CHECK(ref.proxy().snapshot().get() == "{total: 4, pair: [1, 2]}");
  ref.stop().wait();
}

TEST_CASE("a snapshot reads an array of characters up to its end") {
  const auto ref = vicar::start<app::label>();
  CHECK(ref.snapshot().get() == "{code: \"ABCD\", note: \"ink\", grid: [\"ab\", \"c\"]}");
  ref.stop().wait();
}

TEST_CASE("a snapshot of a class with a formatter is the formatter's text") {
  const auto ref = vicar::start<app::amount>(5);
  CHECK(ref.snapshot().get() == "5 cents");
  ref.stop().wait();
}

TEST_CASE("an aggregate whose first field converts from anything is printed") {
  CHECK(vicar::detail::plain_aggregate<app::any_holder>);
  CHECK(vicar::detail::plain_aggregate<app::greedy_holder>);
  CHECK_FALSE(vicar::detail::plain_aggregate<app::derived_holder>);
}

TEST_CASE("a snapshot shows a traversable field as the wrapped object") {
  const auto ref = vicar::start<app::holder>(app::item{1, "x"});
  CHECK(ref.snapshot().get() == "{{1, \"x\"}}");
  ref.stop().wait();
}

TEST_CASE("a snapshot of registered fields shows static members, bit-fields and fields that cannot be copied") {
  const auto ref = vicar::start<app::vault>(7);
  CHECK(ref.snapshot().get() == support::containing("{gold: std::unique_ptr<int", ">, count: 2, locked: 1, door: 7}"));
  ref.stop().wait();
}

TEST_CASE("a snapshot is taken on the actor's thread between two messages") {
  const auto ref = vicar::start<app::guarded>(0);
  ref.defer([](app::guarded& self) { self.total = 1; });
  const auto between = ref.snapshot();
  ref.defer([](app::guarded& self) { self.total = 2; });
  CHECK(between.get() == "{total: 1, pair: [1, 2]}");
  CHECK(ref.snapshot().get() == "{total: 2, pair: [1, 2]}");
  ref.stop().wait();
}

}  // namespace
