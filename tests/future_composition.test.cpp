// SPDX-License-Identifier: BSL-1.0
// Futures that are made from futures, and the values of several futures.
#include <vicar/future.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/future_parts.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::failure;
using support::fixed;
using support::joined_thread;
using support::on_threads;
using support::tally;
using support::thrown_by;
using support::tracked;
using vicar::future;
using vicar::future_already_retrieved;
using vicar::make_failed_future;
using vicar::make_ready_future;
using vicar::promise;
using vicar::timeout_error;

TEST_CASE("map runs its function once, on the first thread that reads the value") {
  int runs = 0;
  std::thread::id ran_on;
  const future<int> mapped = make_ready_future(20).map([&](int value) {
    ++runs;
    ran_on = std::this_thread::get_id();
    return value + 1;
  });
  CHECK(mapped.ready());
  mapped.wait();
  CHECK(mapped.wait_for(1s));
  CHECK(runs == 0);
  std::thread::id asked_on;
  {
    const joined_thread asking{[&] {
      asked_on = std::this_thread::get_id();
      static_cast<void>(mapped.get());
    }};
  }
  CHECK(ran_on == asked_on);
  CHECK(mapped.get() == 21);
  CHECK(future{mapped}.get() == 21);
  CHECK(runs == 1);
}

TEST_CASE("map runs its function once for many threads that read at the same time") {
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> runs{0};
    promise<int> source;
    const future<std::string> mapped = source.get_future().map([&](int value) {
      ++runs;
      return std::string(30, static_cast<char>('a' + value));
    });
    std::array<const std::string*, 4> seen{};
    on_threads(4, [&](std::size_t index) {
      if (index == 0) source.set_value(1);
      seen[index] = &mapped.get();
    });
    CHECK(runs == 1);
    for (const std::string* each : seen) CHECK(each == seen[0]);
    CHECK(*seen[0] == std::string(30, 'b'));
  }
}

TEST_CASE("map is ready when its source is") {
  promise<int> source;
  const future<int> mapped = source.get_future().map([](int value) { return -value; });
  CHECK_FALSE(mapped.ready());
  CHECK_FALSE(mapped.wait_for(1ms));
  CHECK_THROWS_AS(mapped.get(1ms), timeout_error);
  source.set_value(3);
  CHECK(mapped.ready());
  CHECK(mapped.get(0s) == -3);
}

TEST_CASE("map stores the exception of its function") {
  int runs = 0;
  const future<int> mapped = make_ready_future(1).map([&](int) -> int {
    ++runs;
    throw std::out_of_range{"far"};
  });
  const std::exception_ptr first = thrown_by([&] { return mapped.get(); });
  CHECK(error_text<std::out_of_range>([&] { return mapped.get(); }) == "far");
  CHECK(thrown_by([&] { return mapped.get(); }) == first);
  CHECK(runs == 1);
}

TEST_CASE("the exception of a source propagates through everything made from it") {
  const std::exception_ptr stored = failure("source");
  const future<std::vector<int>> failed = make_failed_future<std::vector<int>>(stored);
  bool ran = false;
  const auto touch = [&](auto&&...) {
    ran = true;
    return true;
  };
  CHECK(thrown_by([&] { return failed.map(touch).get(); }) == stored);
  CHECK(thrown_by([&] { return failed.filter(touch).get(); }) == stored);
  CHECK(thrown_by([&] { return failed.reduce([&](int, int) { return touch() ? 1 : 0; }).get(); }) == stored);
  CHECK(thrown_by([&] { return failed.reduce([&](int, int) { return touch() ? 1 : 0; }, 0).get(); }) == stored);
  CHECK(thrown_by([&] { return make_ready_future(std::vector{1}).join(failed).get(); }) == stored);
  CHECK(thrown_by([&] { return make_failed_future<void>(stored).map(touch).get(); }) == stored);
  CHECK_FALSE(ran);
}

TEST_CASE("map passes the value by reference, without a copy") {
  tally counts;
  const future<tracked> source = make_ready_future(tracked{counts, 4});
  const int copies = counts.copies;
  const int moves = counts.moves;
  CHECK(source.map([](const tracked& value) { return value.value; }).get() == 4);
  CHECK(counts.copies == copies);
  CHECK(counts.moves == moves);
}

TEST_CASE("map moves a move-only value out of the last handle") {
  const auto take = [](std::unique_ptr<int> value) { return *value; };
  SECTION("which is its own") { CHECK(make_ready_future(std::make_unique<int>(4)).map(take).get() == 4); }
  SECTION("and throws while there is another handle") {
    const future<std::unique_ptr<int>> source = make_ready_future(std::make_unique<int>(4));
    CHECK_THROWS_AS(source.map(take).get(), future_already_retrieved);
    CHECK(*source.get() == 4);
  }
}

TEST_CASE("map moves a move-only container into a function that takes it by value") {
  using pointers = std::vector<std::unique_ptr<int>>;
  const auto make = [] {
    pointers numbers;
    numbers.push_back(std::make_unique<int>(4));
    return make_ready_future(std::move(numbers));
  };
  const auto take = [](pointers numbers) { return *numbers.at(0); };
  int (*const pointer)(pointers) = take;
  CHECK(make().map(take).get() == 4);
  CHECK(make().map(pointer).get() == 4);
  CHECK(make().map([](const pointers& numbers) { return *numbers.at(0); }).get() == 4);
  CHECK(make().map([](const auto& numbers) { return *numbers.at(0); }).get() == 4);
  const future<pointers> kept = make();
  CHECK_THROWS_AS(kept.map(take).get(), future_already_retrieved);
}

TEST_CASE("map takes member pointers and functions that return nothing, and decays references") {
  const future<std::string> text = make_ready_future(std::string{"four"});
  CHECK(text.map(&std::string::size).get() == 4);
  bool ran = false;
  const future<void> done = text.map([&](const std::string&) { ran = true; });
  CHECK_FALSE(ran);
  done.get();
  CHECK(ran);
  const auto same = text.map([](const std::string& value) -> const std::string& { return value; });
  STATIC_REQUIRE(std::same_as<decltype(same), const future<std::string>>);
  CHECK(same.get() == "four");
  CHECK(done.map([] { return 5; }).map([](int five) { return five * 2; }).get() == 10);
}

TEST_CASE("map may return a value that can be neither copied nor moved") {
  const future<fixed> mapped = make_ready_future(3).map([](int value) { return fixed{value}; });
  CHECK(mapped.get().value == 3);
}

TEST_CASE("map keeps its source alive, and its function as long as its future") {
  tally counts;
  std::optional<future<int>> mapped;
  {
    promise<int> source;
    mapped = source.get_future().map([kept = tracked{counts, 10}](int value) { return value + kept.value; });
    source.set_value(1);
  }
  CHECK(counts.alive == 1);
  CHECK(mapped->get() == 11);
  mapped.reset();
  CHECK(counts.alive == 0);
}

TEST_CASE("a value that is computed from itself gets a deadlock_error instead of a hang") {
  std::optional<future<int>> mapped;
  mapped = make_ready_future(1).map([&](int) { return mapped->get() + 1; });
  CHECK(error_text<vicar::deadlock_error>([&] { return mapped->get(); }) ==
        containing("vicar: a future waits for itself"));
  mapped.reset();
}

TEST_CASE("filter keeps the items that its predicate is true for") {
  const future<std::vector<int>> source = make_ready_future(std::vector{3, 1, 4, 1, 5});
  CHECK(source.filter([](int item) { return item > 2; }).get() == std::vector{3, 4, 5});
  CHECK(source.filter([](int) { return false; }).get().empty());
  CHECK(source.get().size() == 5);
  SECTION("of any range") {
    CHECK(make_ready_future(std::set{3, 1, 2}).filter([](int item) { return item != 2; }).get() == std::vector{1, 3});
    CHECK(make_ready_future(std::string{"banana"}).filter([](char item) { return item != 'a'; }).get() ==
          std::vector{'b', 'n', 'n'});
    CHECK(make_ready_future(std::vector{true, false, true}).filter([](bool item) { return item; }).get().size() == 2);
    CHECK(make_ready_future(std::array{1, 2}).filter([](int item) { return item == 2; }).get() == std::vector{2});
    const auto pairs = make_ready_future(std::map<int, std::string>{{1, "a"}, {2, "b"}});
    const auto kept = pairs.filter([](const auto& item) { return item.first == 2; }).get();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].second == "b");
  }
  SECTION("by a member pointer") {
    const auto texts = make_ready_future(std::vector<std::string>{"", "x"});
    CHECK(texts.filter(&std::string::empty).get().size() == 1);
  }
  SECTION("lazily, once") {
    int runs = 0;
    const auto counted = source.filter([&](int) { return ++runs > 0; });
    CHECK(runs == 0);
    CHECK(counted.get().size() == 5);
    CHECK(counted.get().size() == 5);
    CHECK(runs == 5);
  }
  SECTION("and propagates what the predicate throws") {
    const auto failed = source.filter([](int item) -> bool {
      if (item == 4) throw std::domain_error{"four"};
      return true;
    });
    CHECK(error_text<std::domain_error>([&] { return failed.get(); }) == "four");
  }
}

TEST_CASE("reduce combines the items from left to right") {
  const future<std::vector<int>> source = make_ready_future(std::vector{1, 2, 3});
  const auto minus = [](int left, int right) { return left - right; };
  CHECK(source.reduce(minus).get() == (1 - 2) - 3);
  CHECK(source.reduce(minus, 10).get() == ((10 - 1) - 2) - 3);
  SECTION("into another type") {
    const auto append = [](std::string text, int item) { return text + std::to_string(item); };
    CHECK(source.reduce(append, std::string{">"}).get() == ">123");
  }
  SECTION("of no items and of a single one") {
    const future<std::vector<int>> none = make_ready_future(std::vector<int>{});
    const future<std::vector<int>> of_one_item = make_ready_future(std::vector<int>{7});
    CHECK(none.reduce(minus, 5).get() == 5);
    CHECK(of_one_item.reduce(minus).get() == 7);
    CHECK(of_one_item.reduce(minus, 5).get() == -2);
    CHECK(error_text<std::invalid_argument>([&] { return none.reduce(minus).get(); }) ==
          containing("vicar: reduce of an empty range", "initial value"));
  }
  SECTION("lazily, once") {
    int runs = 0;
    const auto counted = source.reduce([&](int left, int right) { return ++runs, left + right; });
    CHECK(runs == 0);
    CHECK(counted.get() == 6);
    CHECK(counted.get() == 6);
    CHECK(runs == 2);
  }
  SECTION("moving what was combined so far") {
    const auto collect = [](std::unique_ptr<int> sum, int item) {
      *sum += item;
      return sum;
    };
    CHECK(*source.reduce(collect, std::make_unique<int>(4)).get() == 10);
  }
}

TEST_CASE("filter, map and reduce chain") {
  promise<std::vector<int>> source;
  const future<int> chained =
      source.get_future()
          .filter([](int item) { return item % 2 == 1; })
          .map([](const std::vector<int>& kept) { return std::list<int>(kept.begin(), kept.end()); })
          .reduce(std::plus<>{});
  CHECK_FALSE(chained.ready());
  source.set_value({1, 2, 3});
  CHECK(chained.ready());
  CHECK(chained.get() == 4);
}

TEST_CASE("join of futures of one type returns a vector in their order") {
  promise<int> first;
  promise<int> second;
  const future<std::vector<int>> joined = first.get_future().join(second.get_future(), make_ready_future(3));
  second.set_value(2);
  CHECK_FALSE(joined.ready());
  CHECK_FALSE(joined.wait_for(1ms));
  CHECK_THROWS_AS(joined.get(1ms), timeout_error);
  first.set_value(1);
  CHECK(joined.ready());
  CHECK(joined.get() == std::vector{1, 2, 3});
  CHECK(make_ready_future(1).join().get() == std::vector{1});
  CHECK(make_ready_future(true).join(make_ready_future(false)).get() == std::vector{true, false});
}

TEST_CASE("join of futures of several types returns a tuple") {
  const auto joined = make_ready_future(1).join(make_ready_future(std::string{"two"}), make_ready_future(3.0));
  STATIC_REQUIRE(std::same_as<decltype(joined), const future<std::tuple<int, std::string, double>>>);
  CHECK(joined.get() == std::tuple{1, std::string{"two"}, 3.0});
  const auto with_vector = make_ready_future(std::vector{1}).join(make_ready_future(2));
  CHECK(with_vector.get() == std::tuple{std::vector{1}, 2});
}

TEST_CASE("join of futures without values is ready when all are") {
  promise<void> second;
  const future<void> joined = make_ready_future().join(second.get_future());
  STATIC_REQUIRE(std::same_as<decltype(make_ready_future().join(make_ready_future())), future<void>>);
  CHECK_THROWS_AS(joined.get(0s), timeout_error);
  second.set_value();
  joined.get();
}

TEST_CASE("join copies from futures that have other handles, and moves out of the rest") {
  tally counts;
  const future<tracked> held = make_ready_future(tracked{counts, 1});
  future<tracked> given = make_ready_future(tracked{counts, 2});
  counts.copies = 0;
  const auto joined = held.join(std::move(given));
  REQUIRE(joined.get().size() == 2);
  CHECK(joined.get()[0].value == 1);
  CHECK(joined.get()[1].value == 2);
  CHECK(counts.copies == 1);
  CHECK(held.get().value == 1);
}

TEST_CASE("join moves move-only values") {
  future<std::unique_ptr<int>> first = make_ready_future(std::make_unique<int>(1));
  const auto joined = std::move(first).join(make_ready_future(std::make_unique<int>(2)));
  CHECK(*joined.get()[0] == 1);
  CHECK(*joined.get()[1] == 2);
}

TEST_CASE("join propagates the exception of the first that failed, once all are ready") {
  const std::exception_ptr first = failure("first");
  promise<int> last;
  const auto joined = make_ready_future(1).join(make_failed_future<int>(first),
                                                make_failed_future<int>(failure("second")), last.get_future());
  CHECK_THROWS_AS(joined.get(0s), timeout_error);
  last.set_value(1);
  CHECK(thrown_by([&] { return joined.get(); }) == first);
}

TEST_CASE("get_all returns the values of a range in its order") {
  std::vector<promise<int>> sources(3);
  std::vector<future<int>> answers;
  for (const promise<int>& each : sources) answers.push_back(each.get_future());
  sources[2].set_value(3);
  sources[0].set_value(1);
  CHECK(error_text<timeout_error>([&] { return vicar::get_all(answers, 2ms); }) ==
        containing("no answer within 0.002 s"));
  sources[1].set_value(2);
  CHECK(vicar::get_all(answers) == std::vector{1, 2, 3});
  CHECK(vicar::get_all(answers, 0s) == std::vector{1, 2, 3});
  CHECK(vicar::get_all(std::list(answers.begin(), answers.end())) == std::vector{1, 2, 3});
  CHECK(vicar::get_all(std::array{make_ready_future(4)}) == std::vector{4});
  CHECK(vicar::get_all(std::vector<future<int>>{}).empty());
  CHECK(vicar::get_all(std::vector{make_ready_future(true)}) == std::vector{true});
}

TEST_CASE("get_all waits for futures without values") {
  promise<void> second;
  const std::vector<future<void>> answers{make_ready_future(), second.get_future()};
  CHECK_THROWS_AS(vicar::get_all(answers, 0s), timeout_error);
  second.set_value();
  vicar::get_all(answers);
  STATIC_REQUIRE(std::is_void_v<decltype(vicar::get_all(answers, 1s))>);
}

TEST_CASE("get_all throws the first exception that it meets") {
  const std::exception_ptr first = failure("first");
  const std::vector<future<int>> answers{make_ready_future(1), make_failed_future<int>(first),
                                         make_failed_future<int>(failure("second"))};
  CHECK(thrown_by([&] { return vicar::get_all(answers); }) == first);
}

TEST_CASE("get_all copies out of an lvalue range, and moves out of an rvalue") {
  tally counts;
  std::vector<future<tracked>> answers;
  answers.push_back(make_ready_future(tracked{counts, 1}));
  counts.copies = 0;
  CHECK(vicar::get_all(answers)[0].value == 1);
  CHECK(counts.copies == 1);
  CHECK(answers[0].get().value == 1);
  CHECK(vicar::get_all(std::move(answers))[0].value == 1);
  CHECK(counts.copies == 1);

  std::vector<future<std::unique_ptr<int>>> single;
  single.push_back(make_ready_future(std::make_unique<int>(1)));
  single.push_back(make_ready_future(std::make_unique<int>(2)));
  const auto values = vicar::get_all(std::move(single), 1s);
  CHECK(*values[0] == 1);
  CHECK(*values[1] == 2);
}

/// A view whose type does not show whether it owns its elements.
struct all_but_first : std::ranges::view_base {
  explicit all_but_first(const std::vector<future<std::string>>& whole) : futures{&whole} {}
  auto begin() const { return futures->begin() + 1; }
  auto end() const { return futures->end(); }
  const std::vector<future<std::string>>* futures;
};

TEST_CASE("a get_all that fails moves nothing out of its range") {
  promise<std::string> later;
  std::vector<future<std::string>> answers{make_ready_future(std::string(40, 'v')), later.get_future()};
  CHECK_THROWS_AS(vicar::get_all(std::move(answers), 1ms), timeout_error);
  SECTION("which may be passed again") {
    later.set_value("late");
    CHECK(vicar::get_all(std::move(answers)) == std::vector{std::string(40, 'v'), std::string("late")});
  }
  SECTION("nor where one of them has failed") {
    later.set_exception(std::make_exception_ptr(std::out_of_range{"too far"}));
    CHECK(error_text<std::out_of_range>([&] { static_cast<void>(vicar::get_all(std::move(answers))); }) == "too far");
    CHECK(answers[0].get() == std::string(40, 'v'));
  }
}

TEST_CASE("get_all reads a single-pass range once") {
  int made = 0;
  const auto make = [&](int number) {
    ++made;
    return make_ready_future(std::make_unique<int>(number));
  };
  struct making {
    struct iterator {
      using difference_type = std::ptrdiff_t;
      using value_type = future<std::unique_ptr<int>>;
      value_type operator*() const { return (*make)(number); }
      iterator& operator++() {
        ++number;
        return *this;
      }
      iterator operator++(int) { return {make, number++}; }
      bool operator==(const iterator& other) const { return number == other.number; }
      const std::function<value_type(int)>* make = nullptr;
      int number = 0;
    };
    iterator begin() const { return {&make, 0}; }
    iterator end() const { return {&make, 3}; }
    std::function<future<std::unique_ptr<int>>(int)> make;
  };
  CHECK(*vicar::get_all(making{make})[2] == 2);
  CHECK(made == 3);
}

TEST_CASE("get_all copies out of a view, which does not own its futures") {
  const std::string value(40, 'v');
  std::vector<future<std::string>> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(make_ready_future(std::string{value}));
  CHECK(vicar::get_all(std::span{answers}) == std::vector{value, value, value});
  CHECK(vicar::get_all(all_but_first{answers}, 0s) == std::vector{value, value});
  CHECK(vicar::get_all(std::move(answers)) == std::vector{value, value, value});
}
