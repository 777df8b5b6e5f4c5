// SPDX-License-Identifier: BSL-1.0
// Two actors wait for each other, and main for the first of them, so nothing moves any more. A signal still makes the
// program tell where it is stuck: run it, and type in another terminal what it asks for.
//
// The answer comes on the standard error stream. Its table says of `till-1` that it is in `pay` and waits for
// `bank-1.approve`, and of `bank-1` that it is in `approve` and waits for `till-1.receipt`: a circle. In the stacks
// below the table, `till::pay` and `bank::approve` are the first functions of the program's own.
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

int main() {
  vicar::log_on_signal(SIGUSR1);
  const auto proxy = vicar::start<till>(vicar::start<bank>().proxy()).proxy();
  const vicar::future<bool> paid = proxy->pay(20);

  fmt::print("ready: nothing will happen any more; to see why, type: kill -USR1 {}\n", getpid());
  std::fflush(stdout);
  fmt::print("paid: {}\n", paid.get());  // this line never comes
}
