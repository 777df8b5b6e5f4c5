// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_ORDER_BUGS_HPP
#define VICAR_TESTS_SUPPORT_ORDER_BUGS_HPP

#include <chrono>
#include <initializer_list>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/members.hpp>

#include "support/require.hpp"

// Programs with a bug that few orders show.
namespace support {

/// Stops actors when the test ends, the last one first; in a world, that would happen anyway.
class stopped_at_the_end {
 public:
  stopped_at_the_end(std::initializer_list<vicar::any_actor_ref> all) : all_{all} {}
  ~stopped_at_the_end() {
    for (auto each = all_.rbegin(); each != all_.rend(); ++each) each->stop().wait();
  }
  stopped_at_the_end(const stopped_at_the_end&) = delete;
  stopped_at_the_end& operator=(const stopped_at_the_end&) = delete;

 private:
  std::vector<vicar::any_actor_ref> all_;
};

struct account {
  int balance = 100;
};

/// Reads a balance and writes it back: between the two, others may write.
class clerk {
 public:
  explicit clerk(vicar::actor_proxy<account> its_account) : account_{std::move(its_account)} {}
  void withdraw(int amount) {
    const int seen = account_.get(&account::balance).get();
    account_.set<&account::balance>(seen - amount).get();
  }

 private:
  vicar::actor_proxy<account> account_;
};

/// The balance after a withdrawal of 30 and one of 50, of which the second begins later.
inline int balance_after_two_withdrawals() {
  const auto shared = vicar::start<account>().proxy();
  const auto first = vicar::start<clerk>(shared).call<&clerk::withdraw>(30);
  for (int i = 0; i < 3; ++i) shared.get(&account::balance).get();
  const auto second = vicar::start<clerk>(shared).call<&clerk::withdraw>(50);
  first.get();
  second.get();
  return shared.get(&account::balance).get();
}

/// Two withdrawals at the same time; `distance` messages lie between them.
inline void withdraw_twice(int distance) {
  const auto shared = vicar::start<account>().proxy();
  const auto first = vicar::start<clerk>(shared);
  const auto second = vicar::start<clerk>(shared);
  const stopped_at_the_end all{shared.ref(), first, second};
  const auto one = first.call<&clerk::withdraw>(30);
  for (int i = 0; i < distance; ++i) shared.get(&account::balance).get();
  const auto other = second.call<&clerk::withdraw>(50);
  one.get();
  other.get();
  require(shared.get(&account::balance).get() == 20, "an update was lost");
}

struct desk {
  void set_next(vicar::actor_ref<desk> other) { next.push_back(std::move(other)); }
  int help() { return 1; }
  void work() { next.front().call<&desk::help>().get(); }
  std::vector<vicar::actor_ref<desk>> next;
};
/// A cycle of three, but only if two timeouts expire in the wrong moments.
inline void close_a_cycle() {
  const auto a = vicar::start<desk>();
  const auto b = vicar::start<desk>();
  const auto c = vicar::start<desk>();
  const stopped_at_the_end all{a, b, c};
  a.call<&desk::set_next>(b).get();
  b.call<&desk::set_next>(c).get();
  c.call<&desk::set_next>(a).get();
  const auto first = a.call<&desk::work>();
  static_cast<void>(first.wait_for(std::chrono::milliseconds{20}));
  const auto second = b.call<&desk::work>();
  static_cast<void>(second.wait_for(std::chrono::milliseconds{20}));
  const auto third = c.call<&desk::work>();
  first.get();
  second.get();
  third.get();
}

/// Charges a card. A buyer that does not wait any longer cancels directly, which may overtake the charge.
class till {
 public:
  void charge(int id) { charged_[id] = !cancelled_[id]; }
  void cancel(int id) {
    cancelled_[id] = charged_.contains(id);  // the mistake: a charge that comes later is not refused
    charged_.erase(id);
  }
  bool is_charged(int id) { return charged_[id]; }

 private:
  std::map<int, bool> charged_;
  std::map<int, bool> cancelled_;
};
class gateway {
 public:
  explicit gateway(vicar::actor_ref<till> target) : target_{std::move(target)} {}
  void charge(int id) { target_.call<&till::charge>(id).get(); }
  void nothing() {}

 private:
  vicar::actor_ref<till> target_;
};
inline void cancel_a_charge() {
  const auto bank = vicar::start<till>();
  const auto route = vicar::start<gateway>(bank);
  const stopped_at_the_end all{bank, route};
  const bool bought = route.call<&gateway::charge>(7).wait_for(std::chrono::milliseconds{50});
  if (!bought) bank.call<&till::cancel>(7).get();
  route.call<&gateway::nothing>().get();  // everything has arrived
  require(bank.call<&till::is_charged>(7).get() == bought, "charged, although the buyer knows nothing of it");
}

/// Two relays pass an order to work to each other some times; the last one passes it to a desk.
struct relay {
  void pass(int hops, vicar::actor_ref<desk> target, vicar::actor_ref<relay> other,
            std::shared_ptr<vicar::promise<void>> passed) {
    if (hops > 0) return other.defer<&relay::pass>(hops - 1, target, vicar::self(*this), passed);
    target.defer<&desk::work>();
    passed->set_value();
  }
};
/// The same cycle; the orders come to the second and the third desk over 8 and 16 hops.
inline void close_a_cycle_late() {
  const auto a = vicar::start<desk>();
  const auto b = vicar::start<desk>();
  const auto c = vicar::start<desk>();
  const auto one = vicar::start<relay>();
  const auto other = vicar::start<relay>();
  const stopped_at_the_end all{a, b, c, one, other};
  a.call<&desk::set_next>(b).get();
  b.call<&desk::set_next>(c).get();
  c.call<&desk::set_next>(a).get();
  const auto near = std::make_shared<vicar::promise<void>>();
  const auto far = std::make_shared<vicar::promise<void>>();
  a.defer<&desk::work>();
  one.defer<&relay::pass>(8, b, other, near);
  one.defer<&relay::pass>(16, c, other, far);
  near->get_future().get();
  far->get_future().get();
  for (const auto& each : {a, b, c}) each.call<&desk::help>().get();  // none of them has failed
}

}  // namespace support

#endif
