// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_GATE_HPP
#define VICAR_DETAIL_WORLD_GATE_HPP

#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <vicar/detail/base/never_destroyed.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/cells/executor.hpp>
#include <vicar/detail/mailbox/mailbox.hpp>
#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/world/unseen.hpp>

namespace vicar::detail {

/// What a world does when its actors start, and before messages to them are pushed. Called on its own threads.
class gate_keeper {
 public:
  virtual void start(cell& constructed) = 0;
  virtual mailbox::push_result deliver(cell& to, message& envelope, std::string_view label,
                                       const time_limit& limit) = 0;
  virtual mailbox::push_result offer(cell& to, message& envelope) = 0;
  virtual void before_stop(cell& stopped) = 0;
  virtual void before_resumption(cell& resumed, std::string_view label) noexcept = 0;

 protected:
  ~gate_keeper() = default;
};

/// The executor of a world's actors. Messages from threads that are not in the world pass. Gates are never freed, but
/// used again: a sender that has found a mailbox guarded may come when the world is gone.
class world_gate final : public guarding_executor {
 public:
  /// A gate that no world uses.
  static world_gate& take() {
    const unseen apart;
    const std::lock_guard lock{pool().mutex};
    if (pool().free.empty()) {
      pool().free.reserve(pool().all.size() + 1);  // so that `give_back` needs no memory
      pool().free.push_back(pool().all.emplace_back(std::make_unique<world_gate>()).get());
    }
    world_gate& taken = *pool().free.back();
    pool().free.pop_back();
    taken.met_outsiders_.store(
        false, std::memory_order_relaxed);  // relaxed: a late sender may set it again, which is reported, too
    return taken;
  }
  static void give_back(world_gate& used) noexcept {
    const unseen apart;
    const std::lock_guard lock{pool().mutex};
    pool().free.push_back(&used);
  }

  /// Whether a thread that is not in the world has sent a message.
  bool met_outsiders() const noexcept {
    return met_outsiders_.load(std::memory_order_relaxed);  // relaxed: asked after the run
  }
  void keep(gate_keeper* here) noexcept { keeper_ = here; }

  void start(cell& constructed) override { keeper_->start(constructed); }
  void wake(const mailbox& armed) noexcept override { armed.wake(); }
  mailbox::push_result deliver(cell& to, message& envelope, std::string_view label, const time_limit& limit) override {
    if (gate_keeper* const here = keeper_here()) return here->deliver(to, envelope, label, limit);
    return to.deliver_past_guard(envelope, label, limit);
  }
  mailbox::push_result offer(cell& to, message& envelope) override {
    if (gate_keeper* const here = keeper_here()) return here->offer(to, envelope);
    return to.offer_past_guard(envelope);
  }
  void before_stop(cell& stopped) override {
    if (gate_keeper* const here = keeper_here()) here->before_stop(stopped);
  }
  void before_resumption(cell& resumed, std::string_view label) noexcept override {
    if (gate_keeper* const here = keeper_here()) here->before_resumption(resumed, label);
  }

 private:
  struct gates {
    std::mutex mutex;
    std::vector<std::unique_ptr<world_gate>> all;
    std::vector<world_gate*> free;
  };
  static gates& pool() {
    static never_destroyed<gates> all;
    return all.get();
  }

  /// Null on threads that are not in this gate's world, which this notes.
  gate_keeper* keeper_here() noexcept {
    if (conductor_here && &conductor_here->actors() == this) return keeper_;
    met_outsiders_.store(true, std::memory_order_relaxed);  // relaxed: asked after the run
    return nullptr;
  }

  gate_keeper* keeper_ = nullptr;  // the world, while there is one; read by its threads
  std::atomic<bool> met_outsiders_{false};
};

}  // namespace vicar::detail

#endif
