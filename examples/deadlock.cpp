// SPDX-License-Identifier: BSL-1.0
// Two actors come to wait for each other. The wait that would close the circle throws, the text of the exception says
// who waits for whom, and both go on.
//
// Then the same without that help, by an option: nothing moves any more. A signal still makes the program tell where it
// is stuck: type in another terminal what it asks for. The answer comes on the standard error stream. Its table says of
// `till-2` that it is in `pay` and waits for `bank-2.approve`, and of `bank-2` that it is in `approve` and waits for
// `till-2.receipt`: a circle. In the stacks below the table, `till::pay` and `bank::approve` are the first functions of
// the program's own.
//
// The way out: who answers does not ask back. `pay` knows what `approve` wants to hear, and could send it along.
#include <csignal>
#include <cstdio>
#include <utility>

#include <unistd.h>

#include <fmt/core.h>

#include <vicar/debug.hpp>
#include <vicar/vicar.hpp>

class till;

// In no unnamed namespace, and with functions that are not inline: so the stacks have their names.
class bank {
 public:
  bool approve(int amount, const vicar::actor_ref<till>& customer);
};

class till {
 public:
  explicit till(vicar::actor_proxy<bank> bank) : bank_{std::move(bank)} {}
  bool pay(int amount);
  int receipt() const;

 private:
  vicar::actor_proxy<bank> bank_;
  int receipt_ = 0;
};

VICAR_PROXY(bank, approve)
VICAR_PROXY(till, pay, receipt)

bool till::pay(int amount) {
  ++receipt_;
  return bank_->approve(amount, vicar::self(*this)).get();  // until the bank has answered, it handles nothing else,
}

int till::receipt() const { return receipt_; }

bool bank::approve(int amount, const vicar::actor_ref<till>& customer) {
  return amount < 1000 && customer.proxy()->receipt().get() > 0;  // and here is something else
}

/// A till and its bank.
vicar::actor_proxy<till> start_both(vicar::deadlock_policy policy) {
  const vicar::options chosen{.deadlock = policy};
  return vicar::start<till>(chosen, vicar::start<bank>(chosen).proxy()).proxy();
}

int main() {
  vicar::log_on_signal(SIGUSR1);

  try {
    fmt::print("paid: {}\n", start_both(vicar::deadlock_policy::fail)->pay(20).get());
  } catch (const vicar::deadlock_error& error) {
    fmt::print("{}\n", error.what());
  }
  vicar::registry::stop_all();

  const vicar::future<bool> paid = start_both(vicar::deadlock_policy::off)->pay(20);
  fmt::print("ready: nothing will happen any more; to see why, type: kill -USR1 {}\n", getpid());
  std::fflush(stdout);
  fmt::print("paid: {}\n", paid.get());  // this line never comes
}
