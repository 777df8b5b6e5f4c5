// SPDX-License-Identifier: BSL-1.0
// A bank with a bug that real runs do not show: a payment that is not confirmed within a second is cancelled, and the
// cancellation may overtake it. `vicar::explore` runs the test in many orders and finds it. The argument is the number
// of runs on real threads.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/core.h>

#include <vicar/explore.hpp>
#include <vicar/vicar.hpp>

namespace {

using namespace std::chrono_literals;

class account {
 public:
  /// The careful one also refuses payments that come after their cancellation.
  explicit account(bool careful) : careful_{careful} {}

  void pay(int number) {
    if (!careful_ || !cancelled_.contains(number)) paid_.insert(number);
  }
  void cancel(int number) {
    cancelled_.insert(number);
    paid_.erase(number);
  }
  bool is_paid(int number) { return paid_.contains(number); }

 private:
  bool careful_;
  std::set<int> paid_;
  std::set<int> cancelled_;
};

/// Passes payments on to the account.
class clearing_house {
 public:
  explicit clearing_house(vicar::actor_ref<account> target) : target_{std::move(target)} {}
  void pay(int number) { target_.call<&account::pay>(number).get(); }

 private:
  vicar::actor_ref<account> target_;
};

/// A customer whose payment was not confirmed has not paid.
void check_payment(bool careful) {
  const auto savings = vicar::start<account>(careful);
  const auto house = vicar::start<clearing_house>(savings);

  const vicar::future<void> payment = house.call<&clearing_house::pay>(7);
  const bool confirmed = payment.wait_for(1s);
  if (!confirmed) savings.call<&account::cancel>(7).get();

  payment.wait();  // by now, everything has arrived
  const bool paid = savings.call<&account::is_paid>(7).get();
  house.stop().wait();
  savings.stop().wait();
  if (paid != confirmed) throw std::runtime_error{"paid, although the payment was cancelled"};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

int main(int argc, char* argv[]) try {
  const int real_runs = argc > 1 ? std::atoi(argv[1]) : 1000;
  int failures = 0;
  for (int i = 0; i < real_runs; ++i) {
    try {
      check_payment(false);
    } catch (const std::runtime_error&) {
      ++failures;
    }
  }
  fmt::print("{} runs on real threads: {} failed\n", real_runs, failures);

  // On a slow machine, a second may pass at any moment.
  const vicar::explore_options slow{.runs = 300, .slack = 2s};
  const vicar::exploration careless = vicar::try_explore(slow, [](vicar::world&) { check_payment(false); });
  fmt::print("explored: {} in run {}\n", first_line(careless.failure), careless.runs);

  const vicar::exploration careful = vicar::try_explore(slow, [](vicar::world&) { check_payment(true); });
  fmt::print("explored, with the careful account: {} runs, {}\n", careful.runs,
             careful.failure.empty() ? "none failed" : first_line(careful.failure));
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
