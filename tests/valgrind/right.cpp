// SPDX-License-Identifier: BSL-1.0
// A correct program: helgrind and drd report nothing.
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

namespace {

struct account {
  static constexpr bool vicar_traversable = true;
  int balance = 0;
  std::string note;
  int deposit(int sum) { return balance += sum; }
  void annotate(std::string text) { note = std::move(text); }
  const std::string& read() const { return note; }
};

struct bank {
  vicar::actor_ref<account> target;
  account own;
  int on_receive(int sum) { return target.call<&account::deposit>(sum).get(); }
};

}  // namespace

VICAR_PROXY(account, balance, deposit, annotate, read)
VICAR_PROXY(bank, own)

namespace {

/// A typical use of an actor, which exchanges plain values.
std::size_t use(const vicar::actor_proxy<account>& proxy, const vicar::actor_ref<bank>& bank) {
  std::size_t length = 0;
  for (int i = 0; i < 20; ++i) {
    proxy->annotate.defer(std::string(100, 'a'));
    const vicar::future<std::string> note = proxy->read();
    for (const char each : note.get()) length += each == 'a' ? 1 : 0;
    proxy->balance = i;
    length += static_cast<std::size_t>(proxy->balance.get() + bank.ask(1).get());
  }
  std::vector<vicar::future<int>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(proxy->deposit(1));
  for (const int each : vicar::get_all(answers)) length += static_cast<std::size_t>(each > 0);
  return length + proxy->read().map([](const std::string& text) { return text.size(); }).get();
}

}  // namespace

int main() {
  bool right = true;
  for (int round = 0; round < 5; ++round) {
    const auto proxy = vicar::start<account>().proxy();
    const auto other = vicar::start<bank>(vicar::options{.mailbox_capacity = 2}, proxy.ref());
    other.proxy()->own->annotate(std::string(100, 'b')).get();
    std::thread beside{[&] { right = use(proxy, other) > 2000 && right; }};
    beside.join();
    right = use(proxy, other) > 2000 && right;
    vicar::promise<std::string> promise;
    std::thread keeps{[&] { promise.set_value(std::string(100, 'c')); }};
    right = promise.get_future().get().size() == 100 && right;
    keeps.join();
    vicar::registry::stop_all();
  }
  std::puts(right ? "right" : "wrong");
}
