// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/base/late_string.hpp>

#include <array>
#include <cstddef>
#include <latch>
#include <new>
#include <string>

#include "support/catch.hpp"
#include "support/threads.hpp"

using vicar::detail::late_string;

TEST_CASE("a late string is created on first use, and only once") {
  const late_string text;
  int made = 0;
  const auto make = [&] { return "made " + std::to_string(++made); };
  CHECK(made == 0);
  const std::string* const first = &text.get(make);
  CHECK(*first == "made 1");
  CHECK(&text.get(make) == first);
  CHECK(made == 1);
}

TEST_CASE("a late string whose creation throws is created the next time") {
  const late_string text;
  CHECK_THROWS_AS(text.get([]() -> std::string { throw std::bad_alloc{}; }), std::bad_alloc);
  CHECK(text.get([] { return std::string{"second"}; }) == "second");
}

TEST_CASE("threads that read a late string at the same time get the same one") {
  for (int round = 0; round < 200; ++round) {
    const late_string text;
    std::array<const std::string*, 4> seen{};
    support::on_threads(seen.size(), [&](std::size_t index) {
      seen[index] = &text.get([&] { return "made by " + std::to_string(index) + ", and too long to lie in place"; });
    });
    CHECK(seen == std::array{seen[0], seen[0], seen[0], seen[0]});
    CHECK(seen[0]->starts_with("made by "));
  }
}

TEST_CASE("a thread that creates a late string does not block another one") {
  const late_string text;
  std::latch begun{1};
  std::latch go_on{1};
  const std::string* late = nullptr;
  {
    const support::joined_thread slow{[&] {
      late = &text.get([&] {
        begun.count_down();
        go_on.wait();
        return std::string{"slow"};
      });
    }};
    begun.wait();
    CHECK(text.get([] { return std::string{"fast"}; }) == "fast");
    go_on.count_down();
  }
  REQUIRE(late != nullptr);
  CHECK(*late == "fast");
}
