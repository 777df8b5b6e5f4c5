// SPDX-License-Identifier: BSL-1.0
#include <vicar/error.hpp>

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "support/catch.hpp"
#include "support/threads.hpp"

using support::on_threads;

namespace {

template <class Error>
void is_an_error() {
  STATIC_REQUIRE(std::derived_from<Error, vicar::error>);
  STATIC_REQUIRE(std::derived_from<Error, std::runtime_error>);
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<Error>);
  const Error first{"vicar: text"};
  const Error copy = first;
  CHECK(std::string{copy.what()} == "vicar: text");
  CHECK_THROWS_AS(throw copy, vicar::error);
  CHECK_THROWS_AS(throw copy, std::exception);
}

/// Counts how often its text is formatted.
class counted_text final : public vicar::detail::late_text {
 public:
  explicit counted_text(std::atomic<int>& writings) : writings_{writings} {}

 private:
  std::string make() const override {
    ++writings_;
    return "vicar: written late, and long enough to need memory of its own";
  }
  std::atomic<int>& writings_;
};

class failing_text final : public vicar::detail::late_text {
  std::string make() const override { throw std::bad_alloc{}; }
};

vicar::timeout_error late(vicar::detail::late_text* text) {
  return vicar::detail::timeout_access::make(
      vicar::detail::counted_handle<const vicar::detail::late_text>::adopt(text));
}

}  // namespace

TEST_CASE("every error is a vicar::error and a std::runtime_error, and can be copied") {
  is_an_error<vicar::error>();
  is_an_error<vicar::actor_dead_error>();
  is_an_error<vicar::timeout_error>();
  is_an_error<vicar::deadlock_error>();
  is_an_error<vicar::mailbox_full_error>();
  is_an_error<vicar::unhandled_message_error>();
  is_an_error<vicar::null_step_error>();
  is_an_error<vicar::promise_already_satisfied>();
  is_an_error<vicar::broken_promise>();
  is_an_error<vicar::future_already_retrieved>();
}

TEST_CASE("stop_all_actors is not a std::exception") {
  STATIC_REQUIRE_FALSE(std::derived_from<vicar::stop_all_actors, std::exception>);
}

TEST_CASE("the text of a timeout_error is written when it is read, and is the same for all copies") {
  std::atomic<int> writings{0};
  const vicar::timeout_error first = late(new counted_text{writings});
  const vicar::timeout_error second = first;
  CHECK(writings == 0);
  std::array<const char*, 4> read{};
  on_threads(read.size(), [&](std::size_t index) { read[index] = (index % 2 == 0 ? first : second).what(); });
  CHECK(writings >= 1);  // more, if several threads read at the same time
  const int by_then = writings;
  for (const char* each : read) CHECK(each == read[0]);
  CHECK(std::string{read[0]} == "vicar: written late, and long enough to need memory of its own");
  CHECK(second.what() == read[0]);
  CHECK(writings == by_then);
}

TEST_CASE("a timeout_error whose text cannot be allocated says so") {
  const vicar::timeout_error unwritable = late(new failing_text);
  CHECK(std::string{unwritable.what()}.find("vicar: a wait timed out") == 0);
}

TEST_CASE("an assigned timeout_error takes the other one's text") {
  vicar::timeout_error error{"vicar: one"};
  std::atomic<int> writings{0};
  error = late(new counted_text{writings});
  CHECK(std::string{error.what()}.find("vicar: written late") == 0);
}
