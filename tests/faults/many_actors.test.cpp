// SPDX-License-Identifier: BSL-1.0
// Thousands of actors at once, each with its own thread.
#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/faults.hpp"

namespace registry = vicar::registry;

namespace {

// Sanitizers need much time for each thread.
#if defined(__SANITIZE_THREAD__) || VICAR_SANITIZES_ADDRESSES
constexpr std::size_t number_of_actors = 500;
#else
constexpr std::size_t number_of_actors = 3000;
#endif

struct member {
  explicit member(std::atomic<std::size_t>& alive, std::size_t number) : alive_{alive}, number_{number} { ++alive_; }
  ~member() { --alive_; }
  member(const member&) = delete;
  member& operator=(const member&) = delete;

  std::size_t number() const { return number_; }
  std::size_t pass(const std::vector<vicar::actor_ref<member>>& rest, std::size_t next) {
    if (next >= rest.size()) return number_;
    return number_ + rest[next].call(&member::number).get();
  }

 private:
  std::atomic<std::size_t>& alive_;
  std::size_t number_;
};

TEST_CASE("thousands of actors live at once, reply, call each other, and are stopped together") {
  std::atomic<std::size_t> alive{0};
  std::vector<vicar::actor_ref<member>> all;
  all.reserve(number_of_actors);
  for (std::size_t i = 0; i < number_of_actors; ++i) all.push_back(vicar::start<member>(alive, i));
  CHECK(alive == number_of_actors);

  std::vector<vicar::future<std::size_t>> answers;
  for (std::size_t i = 0; i < all.size(); ++i) answers.push_back(all[i].call(&member::pass, std::cref(all), i + 1));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (answers[i].get() != (i + 1 < all.size() ? 2 * i + 1 : i)) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(registry::get_all().size() == number_of_actors);

  support::faults.stops += static_cast<long>(number_of_actors);
  CHECK(registry::stop_all() == std::vector<bool>(number_of_actors, true));
  CHECK(alive == 0);
  CHECK(registry::get_all().empty());
  support::settle();
}

TEST_CASE(
    "thousands of actors are stopped by one of them that throws stop_all_actors, and all that wait are answered") {
  std::atomic<std::size_t> alive{0};
  std::vector<vicar::actor_ref<member>> all;
  for (std::size_t i = 0; i < number_of_actors; ++i) all.push_back(vicar::start<member>(alive, i));
  all.front().defer([](member&) { throw vicar::stop_all_actors{}; });
  std::size_t answered = 0;
  for (const auto& each : all) {
    const auto answer = each.call(&member::number);
    answer.wait();
    if (answer.ready()) ++answered;
  }
  CHECK(answered == number_of_actors);
  support::settle();  // returns when the last one has ended, as no other thread stops them
  CHECK(alive == 0);
}

}  // namespace
