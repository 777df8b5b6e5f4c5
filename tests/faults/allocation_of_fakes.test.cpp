// SPDX-License-Identifier: BSL-1.0
// Allocations of fakes fail.
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <vicar/testing.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/faults.hpp"

namespace registry = vicar::registry;
using support::at_every_allocation;
using support::leaves_no_memory;

namespace {

const std::string long_text(100, 'x');

struct printer {
  int print(const std::string& text) { return static_cast<int>(text.size()); }
  std::string title;
};

}  // namespace

VICAR_PROXY(printer, print, title)

namespace {

TEST_CASE("a fake is created or throws bad_alloc") {
  leaves_no_memory([] {
    at_every_allocation(
        [] {
          auto made = std::make_unique<vicar::fake<printer>>();
          const support::failing_allocation enough{1'000'000};
          made.reset();
        },
        [](const auto& now) {
          CHECK(now.returned() != now.threw_bad_alloc());
          CHECK(registry::get_all().empty());
        });
  });
}

TEST_CASE("a fake that is destroyed without memory to stop it is stopped by stop_all") {
  leaves_no_memory([] {
    std::optional<vicar::fake<printer>> fake;
    fake.emplace();
    at_every_allocation([&] { fake.reset(); },
                        [&](const auto& now) {
                          CHECK(now.returned());
                          CHECK(registry::stop_all().size() == (now.short_of_memory ? 1U : 0U));
                          fake.emplace();
                        });
  });
}

TEST_CASE("a fake keeps its answer if there is no memory for another one") {
  leaves_no_memory([] {
    vicar::fake<printer> fake;
    fake.on<&printer::print>([](const std::string&) { return 1; });
    fake.on<&printer::title>([] { return long_text; });
    at_every_allocation([&] { fake.on<&printer::print>([](const std::string&) { return 2; }); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          CHECK(fake.proxy()->print(long_text).get() == (now.returned() ? 2 : 1));
                          fake.on<&printer::print>([](const std::string&) { return 1; });
                        });
    CHECK(fake.proxy()->title.get() == long_text);
  });
}

TEST_CASE("without memory, a fake counts exactly the calls that it answered") {
  leaves_no_memory([] {
    vicar::fake<printer> fake;
    fake.on<&printer::print>([](const std::string&) { return 1; });
    std::size_t answered = 0;
    long failed = 0;
    for (const bool lasting : {false, true}) {
      for (long successes = 0;; ++successes) {
        const support::shortage now;
        fake.on<&printer::title>([&] {
          now.begin(successes, lasting);
          return std::string{};
        });
        static_cast<void>(fake.proxy()->title.get());
        const auto asked = fake.proxy().call(&printer::print, long_text);
        asked.wait();
        if (!now.happened()) {
          CHECK(asked.get() == 1);
        } else {
          CHECK_THROWS_AS(asked.get(), std::bad_alloc);
          ++failed;
        }
        if (!now.happened()) ++answered;
        CHECK(fake.calls<&printer::print>() == answered);
        CHECK(fake.arguments<&printer::print>().size() == answered);
        if (!now.happened()) break;
      }
    }
    support::faults.allocations += failed;
    CHECK(failed > 0);
  });
}

TEST_CASE("the arguments that a fake keeps are read, or reading throws bad_alloc") {
  leaves_no_memory([] {
    vicar::fake<printer> fake;
    fake.on<&printer::print>([](const std::string&) { return 1; });
    fake.proxy()->print(long_text).get();
    at_every_allocation([&] { return fake.calls<&printer::print>(); });
    at_every_allocation([&] { return fake.arguments<&printer::print>(); });
    at_every_allocation([&] { return fake.proxy(); });
    CHECK(fake.calls<&printer::print>() == 1);
  });
}

}  // namespace
