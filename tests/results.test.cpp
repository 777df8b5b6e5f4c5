// SPDX-License-Identifier: BSL-1.0
// Conversions of the results of members and functions into the values of futures, for every kind of call.
#include <any>
#include <array>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/future.hpp>
#include <vicar/testing.hpp>

#include "support/catch.hpp"
#include "support/future_parts.hpp"

using support::fixed;
using vicar::future;
using vicar::make_ready_future;

namespace {

/// Can be copied explicitly only.
struct explicit_copy {
  explicit_copy() = default;
  explicit explicit_copy(int number) : value{number} {}
  explicit explicit_copy(const explicit_copy&) = default;
  explicit_copy& operator=(const explicit_copy&) = default;
  int value = 0;
};
struct explicit_text {
  explicit explicit_text(std::string words) : text{std::move(words)} {}
  explicit explicit_text(const explicit_text&) = default;
  explicit explicit_text(explicit_text&&) = default;
  explicit_text& operator=(const explicit_text&) = default;
  explicit_text& operator=(explicit_text&&) = default;
  std::string text;
};

}  // namespace

struct shelf {
  using receives = vicar::messages<int, char, long>;

  auto& places() { return numbers; }
  const std::string (&rows() const)[2][2] { return texts; }
  int (&&moved())[3] { return std::move(numbers); }
  int (&on_receive(int))[3] { return numbers; }
  fixed on_receive(char) { return fixed{8}; }
  explicit_text on_receive(long) { return explicit_text{"said"}; }

  explicit_copy number() { return explicit_copy{5}; }
  const explicit_text& text() const { return label; }

  int numbers[3] = {1, 2, 3};
  std::string texts[2][2] = {{"a", "b"}, {"c", "d"}};
  explicit_copy field{6};
  explicit_copy fields[2]{explicit_copy{1}, explicit_copy{2}};
  explicit_text label{"label"};
  std::function<explicit_text()> callable = [] { return explicit_text{"called"}; };
};
VICAR_PROXY(shelf, places, rows, moved, number, text, numbers, field, fields, label, callable)

TEST_CASE("a reference to an array arrives as a std::array, by every kind of call") {
  using three = std::array<int, 3>;
  const auto ref = vicar::start<shelf>();
  const auto proxy = ref.proxy();
  STATIC_REQUIRE(std::same_as<decltype(proxy->places()), future<three>>);
  CHECK(proxy->places().get() == three{1, 2, 3});
  CHECK(proxy->moved().get() == three{1, 2, 3});
  CHECK(proxy->rows().get() == std::array<std::array<std::string, 2>, 2>{{{"a", "b"}, {"c", "d"}}});
  CHECK(ref.call(&shelf::places).get() == three{1, 2, 3});
  CHECK(ref.call<&shelf::places>().get() == three{1, 2, 3});
  CHECK(ref.call([](shelf& self) -> int(&)[3] { return self.numbers; }).get() == three{1, 2, 3});
  CHECK(proxy.method<&shelf::places>()().get() == three{1, 2, 3});
  CHECK(ref.ask(1).get() == three{1, 2, 3});
  CHECK(std::any_cast<three>(vicar::any_actor_ref{ref}.ask(1).get()) == three{1, 2, 3});
  CHECK(proxy->numbers.get() == three{1, 2, 3});
  ref.stop().get();
}

TEST_CASE("the array outlives the actor that returned it") {
  std::optional ref{vicar::start<shelf>()};
  const auto rows = ref->call(&shelf::rows);
  ref->stop().get();
  ref.reset();
  CHECK(rows.get()[1][1] == "d");
}

TEST_CASE("a fake replies with the std::array that the member's array becomes") {
  vicar::fake<shelf> fake;
  fake.on<&shelf::places>([] { return std::array<int, 3>{7, 8, 9}; });
  CHECK(fake.proxy()->places().get()[1] == 8);
}

TEST_CASE("a function of map that returns a reference to an array results in a std::array") {
  struct three {
    int numbers[3];
  };
  const auto made = make_ready_future(three{{1, 2, 3}}).map([](const three& all) -> auto& { return all.numbers; });
  STATIC_REQUIRE(std::same_as<decltype(made), const future<std::array<int, 3>>>);
  CHECK(made.get() == std::array{1, 2, 3});
}

TEST_CASE("an explicitly copyable value is read from a future") {
  CHECK(make_ready_future(explicit_copy{4}).get().value == 4);
  CHECK(make_ready_future(explicit_text{"four"}).get().text == "four");
  future<explicit_text> shared = make_ready_future(explicit_text{"both"});
  CHECK(future{shared}.get().text == "both");
  CHECK(std::move(shared).get(std::chrono::seconds{1}).text == "both");

  vicar::promise<explicit_text> given;
  const explicit_text kept{"kept"};
  given.set_value(kept);
  CHECK(given.get_future().get().text == "kept");

  const auto first = make_ready_future(explicit_text{"a"});
  CHECK(first.map([](const explicit_text& same) -> const explicit_text& { return same; }).get().text == "a");
  CHECK(first.join(make_ready_future(explicit_text{"b"})).get()[1].text == "b");
  CHECK(std::get<0>(first.join(make_ready_future(1)).get()).text == "a");
  const std::vector<future<explicit_text>> both{first, first};
  CHECK(vicar::get_all(both)[1].text == "a");
  CHECK(vicar::get_all(std::vector<future<explicit_text>>{first, first})[1].text == "a");
  CHECK(future<explicit_text>::from_hook([](auto) { return explicit_text{"hook"}; }).get().text == "hook");
}

TEST_CASE("explicitly copyable values are kept by filter and combined by reduce") {
  std::vector<explicit_text> words;
  words.emplace_back("one");
  words.emplace_back("two");
  const auto all = make_ready_future(std::move(words));
  CHECK(all.filter([](const explicit_text& each) { return each.text == "two"; }).get().at(0).text == "two");
  const auto append = [](const explicit_text& before, const explicit_text& each) {
    return explicit_text{before.text + each.text};
  };
  CHECK(all.reduce(append, explicit_text{"zero"}).get().text == "zeroonetwo");
  CHECK(all.reduce(append).get().text == "onetwo");
}

TEST_CASE("members return explicitly copyable values") {
  const auto ref = vicar::start<shelf>();
  const auto proxy = ref.proxy();
  CHECK(proxy->number().get().value == 5);
  CHECK(proxy->text().get().text == "label");
  CHECK(proxy->field.get().value == 6);
  CHECK(proxy->fields.get()[1].value == 2);
  CHECK(ref.get(&shelf::label).get().text == "label");
  CHECK(ref.get<&shelf::field>().get().value == 6);
  CHECK(proxy->callable().get().text == "called");
  CHECK(std::any_cast<const explicit_text&>(vicar::any_actor_ref{ref}.ask(1L).get()).text == "said");
  ref.stop().get();
}

TEST_CASE("a reply that can be neither copied nor moved reaches the caller through any_actor_ref, too") {
  const auto ref = vicar::start<shelf>();
  const std::any reply = vicar::any_actor_ref{ref}.ask('f').get();
  CHECK(std::any_cast<const std::shared_ptr<fixed>&>(reply)->value == 8);
  ref.stop().get();
}
