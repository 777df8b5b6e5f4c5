// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_STAGE_HPP
#define VICAR_DETAIL_WORLD_STAGE_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include <vicar/actor.hpp>
#include <vicar/clock.hpp>
#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/cells/lifecycle.hpp>
#include <vicar/detail/runtime/cell_table.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/text/labels.hpp>
#include <vicar/detail/world/faults.hpp>
#include <vicar/detail/world/gate.hpp>
#include <vicar/detail/world/world_conductor.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// The actors of one run of a world: one thread each, and a point of choice before each message is sent and handled.
class world_stage final : public world_conductor, private gate_keeper {
 public:
  world_stage(kept_threads& threads, chooser& chooses, world_rules rules)
      : world_conductor{threads, chooses, std::move(rules)} {
    gate_.keep(this);
    enter();
  }
  ~world_stage() {
    forget_here();
    gate_.keep(nullptr);
    world_gate::give_back(gate_);
  }

  guarding_executor& actors() noexcept override { return gate_; }

  std::int64_t running_since(const actor_record& actor) noexcept override {
    const unseen apart;
    const auto found = actors_.find(actor.serial());
    return found == actors_.end() || found->second->actor != &actor ? time() : found->second->running_since;
  }
  bool met_outsiders() const noexcept { return outside().met() || gate_.met_outsiders(); }

  // For the test, on its thread.

  void add_fault(message_fault fault) {
    require_here();
    const unseen apart;
    faults_.push_back(std::move(fault));
  }
  /// The actor fails before its next message.
  void kill(cell& victim) {
    require_here();
    if (!victim.runs_by(gate_)) {
      throw error{format_text("vicar: {} is not in this world; kill actors that were started in the explored function",
                              victim.title())};
    }
    if (!victim.alive()) return;
    {
      const unseen apart;
      runner& target = runner_of(victim);
      target.killed = std::make_exception_ptr(error{"vicar: killed by world::kill"});
      step_.change_everything();
      note(world_trace::kind::faulted, target.id, "killed:");
    }
    static_cast<void>(victim.stop());  // wakes it
  }
  /// Ends all actors, the last started first.
  void finish(bool failed) {
    begin_to_end(failed);
    do {
      cell_list cells = cell_table::instance().snapshot(cell_table::which::all);
      for (std::size_t left = cells.size(); left > 0; --left) static_cast<void>(cells[left - 1]->stop());
      settle(until_all_ended, true);
    } while (!others_ended());
  }

 private:
  using world_conductor::runner_of;

  // For cells.

  void start(cell& constructed) override {
    cell_handle owner{constructed};
    published_at(&constructed);
    const unseen apart;
    runner& its = runner_of(constructed);
    try {
      begin(its, [this, &its, owner = std::move(owner)]() mutable { live(its, std::move(owner)); });
    } catch (const std::system_error& refused) {
      throw error{format_text("vicar: cannot start a thread for {}: {}; raise the system's limit on threads",
                              constructed.title(), refused.what())};
    }
    step_.change(registry_object);
    note(world_trace::kind::starts, its.id);
  }
  mailbox::push_result deliver(cell& to, message& envelope, std::string_view label, const time_limit& limit) override {
    if (!faults_.empty() && delay(to, envelope, label)) return mailbox::push_result::accepted;
    return send(to, label, [&] { return to.deliver_past_guard(envelope, label, limit); });
  }
  mailbox::push_result offer(cell& to, message& envelope) override {
    const std::string_view label = label_of(envelope);
    if (!faults_.empty() && delay(to, envelope, label)) return mailbox::push_result::accepted;
    return send(to, label, [&] { return to.offer_past_guard(envelope); });
  }
  void before_stop(cell& stopped) override {
    const runner_id whom = before_message(stopped);
    const unseen apart;
    runner& target = world_conductor::runner_of(whom);
    step_.change_everything();  // signals the stop token, which others may read at any time
    if (stopped.alive()) arrived(target, stop_label, false);
    note(world_trace::kind::sends, target.id, stop_label);
  }

  void before_resumption(cell& resumed, std::string_view label) noexcept override {
    const runner_id whom = before_message(resumed);
    if (resumed.queue().closed()) return;
    const unseen apart;
    runner& target = world_conductor::runner_of(whom);
    arrived(target, label, false);
    note(world_trace::kind::sends, whom, label);
  }

  runner& runner_of(cell& actor) {
    runner*& found = actors_[actor.serial()];
    if (!found) {
      found = &add(std::string{actor.name()});
      found->actor = &actor;
    }
    return *found;
  }
  static std::string_view label_of(message& envelope) noexcept {
    if (!envelope.type->ordinary) return stop_label;
    return *kind_of_message(content_of(envelope)).label;
  }

  runner_id before_message(cell& to) {
    const unseen apart;
    runner& target = runner_of(to);
    running().about = target.mailbox_object();
    point_of_choice();
    running().about = 0;
    step_.change(target.mailbox_object());
    return target.id;
  }
  template <class Push>
  mailbox::push_result send(cell& to, std::string_view label, Push push) {
    const runner_id whom = before_message(to);
    const std::size_t before = to.depth();
    const mailbox::push_result result = push();
    const unseen apart;
    runner& target = world_conductor::runner_of(whom);
    step_.change(target.mailbox_object());
    const bool accepted = mailbox::is_accepted(result);
    if (accepted) arrived(target, label, true);
    note(accepted ? world_trace::kind::sends : world_trace::kind::refused, target.id, label);
    if (accepted && to.queue().displaces() && to.depth() == before) {
      note(world_trace::kind::drops, target.id);
      const auto oldest = std::find_if(target.sent.begin(), target.sent.end(),
                                       [](const runner::sent_message& each) { return each.ordinary; });
      if (oldest != target.sent.end()) target.sent.erase(oldest);
    }
    return result;
  }
  void arrived(runner& target, std::string_view label, bool ordinary) {
    runner& sender = running();
    target.sent.push_back({sender.id, label, ordinary});
    target.order_hash = (target.order_hash ^ (std::uint64_t{sender.id} * 1000 + ++sender.sends)) * 0x100000001b3 + 1;
  }

  /// Takes over a message that is to be delayed, and lets a thread of its own deliver it. False if it is not.
  bool delay(cell& to, message& envelope, std::string_view label) {
    const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const message_fault& each) {
      return !each.exception && each.concerns(to, label) && (!each.possible || choose_fault(running()));
    });
    if (found == faults_.end()) return false;
    std::shared_ptr<late_message> late;
    std::string name;
    std::function<void()> courier;
    {
      const unseen apart;
      late = std::make_shared<late_message>(to, envelope.type->size);
      name = fmt::format("a delayed {}", label);
      courier = [this, time = found->delay, late, label] {
        try {
          sleep_for(std::chrono::nanoseconds{time});
          if (!late->owner().queue().closed()) send(late->owner(), label, [&] { return late->deliver(label); });
        } catch (...) {  // the world ends, or there is no memory: the message is abandoned
        }
      };
    }
    spawn(std::move(name), std::move(courier));  // if it throws, the sender still has the message
    const unseen apart;
    late->take(envelope);
    --found->times;
    note(world_trace::kind::faulted, runner_of(to).id, "a delayed message to");
    return true;
  }

  /// The thread of an actor.
  void live(runner& self, cell_handle owner) {
    enter();
    acquired_at(owner.get());
    cell::progress made = owner->run(0);  // on_start
    while (made != cell::progress::ended) {
      mailbox& queue = owner->queue();
      if (!queue.peek()) {
        if (queue.arm()) sleep_without_messages(self, queue);
      } else {
        before_take(self);
      }
      message* const next = queue.peek();
      if (unwinding()) {
        owner->end_because(ending::stopped);  // what its messages refer to may have gone with the body
      } else if (!next) {
        continue;
      } else if (self.killed) {
        owner->end_failed(std::exchange(self.killed, nullptr), "kill");
      } else {
        take(self, *owner, *next);
      }
      made = owner->run(1);
    }
    end_of_life(self, *owner);
    owner->answer_stop_requests();
    owner = cell_handle{};
    leave(self);
  }
  void sleep_without_messages(runner& self, mailbox& queue) {
    publish();
    const unseen apart;
    self.idle = true;
    try {
      queue.sleep_until_woken();
    } catch (const world_ended&) {  // no further message will come
    }
    self.idle = false;
  }
  void before_take(runner& self) {
    const unseen apart;
    self.about = 0;
    point_of_choice();
  }
  void end_of_life(runner& self, cell& owner) {
    const unseen apart;
    note(world_trace::kind::ends);
    step_.change(self.mailbox_object());
    step_.change(registry_object);
    self.actor = nullptr;
    actors_.erase(owner.serial());
  }
  /// Before a message is handled.
  void take(runner& self, cell& owner, message& next) {
    const unseen apart;
    self.running_since = time();
    if (next.type->handle == &gap::handle) return;
    runner::sent_message known{0, {}, true};
    if (!self.sent.empty()) {
      known = self.sent.front();
      self.sent.pop_front();
    }
    const bool ordinary = next.type->ordinary;
    const std::string_view label = ordinary ? label_of(next) : known.label;
    if (owner.bounded()) step_.change(self.mailbox_object());
    for (message_fault& each : faults_) {
      if (!ordinary || !each.exception || !each.concerns(owner, label)) continue;
      if (each.possible && !choose_fault(self)) continue;
      --each.times;
      note(world_trace::kind::faulted, self.id, "the next message throws in");
      failing_.make_fail(next, each.exception);
      break;
    }
    note(world_trace::kind::takes, known.sender, label);
  }

  world_gate& gate_ = world_gate::take();
  std::unordered_map<std::uint64_t, runner*> actors_;
  std::deque<message_fault> faults_;
  failing_messages failing_;
};

}  // namespace vicar::detail

#endif
