// SPDX-License-Identifier: BSL-1.0
// A shop whose members are coroutines: it waits for two other actors without blocking its own thread.
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/compose.hpp>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

class warehouse {
 public:
  int price_of(const std::string& item) const {
    if (item == "unicorn") throw std::out_of_range{"there are no unicorns"};
    return static_cast<int>(item.size()) * 10;
  }
};
VICAR_PROXY(warehouse, price_of)

class bank {
 public:
  void charge(int amount) {
    if (amount > balance_) throw std::runtime_error{fmt::format("{} is more than {}", amount, balance_)};
    balance_ -= amount;
  }
  int balance() const { return balance_; }

 private:
  int balance_ = 100;
};
VICAR_PROXY(bank, charge, balance)

class shop {
 public:
  shop(vicar::actor_proxy<warehouse> prices, vicar::actor_proxy<bank> money)
      : prices_{std::move(prices)}, money_{std::move(money)} {}

  /// While it awaits the price, other customers are served. The charge is exclusive: what this shop knows about the
  /// money stays true until it is taken.
  vicar::task<std::string> sell(const std::string& item) {
    const int price = co_await prices_->price_of(item);
    co_await vicar::exclusively(money_->charge(price));
    co_await note(item);
    co_return fmt::format("{} for {}", item, price);
  }
  int sold() const { return static_cast<int>(sold_.size()); }

 private:
  /// Another coroutine of this object: no message.
  vicar::task<> note(const std::string& item) {
    sold_.push_back(item);
    co_return;
  }

  vicar::actor_proxy<warehouse> prices_;
  vicar::actor_proxy<bank> money_;
  std::vector<std::string> sold_;
};
VICAR_PROXY(shop, sell, sold)

/// A free coroutine, which runs where it is awaited.
vicar::task<int> sell_all(vicar::actor_proxy<shop> counter, std::vector<std::string> items) {
  std::vector<vicar::future<std::string>> receipts;
  receipts.reserve(items.size());
  for (const std::string& item : items) receipts.push_back(counter->sell(item));
  int sold = 0;
  for (const auto& receipt : receipts) {
    try {
      fmt::print("sold: {}\n", co_await receipt);
      ++sold;
    } catch (const std::exception& error) {
      fmt::print("not sold: {}\n", error.what());
    }
  }
  co_return sold;
}

int main() {
  const auto money = vicar::start<bank>().proxy();
  const auto counter = vicar::start<shop>(vicar::start<warehouse>().proxy(), money).proxy();

  const std::vector<std::string> wanted{"lamp", "unicorn", "cup", "bookshelf"};
  const int sold = vicar::sync_wait(sell_all(counter, wanted));
  fmt::print("{} of {} sold, {} left\n", sold, wanted.size(), money->balance().get());

  // The same with continuations instead of coroutines.
  const auto said = counter->sold().then(money, [](const bank& object, int count) {
    return fmt::format("{} things and {} in the bank", count, object.balance());
  });
  fmt::print("{}\n", said.get());
}
