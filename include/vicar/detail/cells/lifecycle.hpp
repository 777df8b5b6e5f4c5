// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELLS_LIFECYCLE_HPP
#define VICAR_DETAIL_CELLS_LIFECYCLE_HPP

#include <mutex>
#include <utility>

#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/text/labels.hpp>

// The life of an actor after its constructor: on_start, messages, the end of the actor.
namespace vicar::detail {

/// The request to stop, as a message.
struct stop_message final : message {
  counted_handle<stop_request> request;

  static void handle_request(message& self, cell& owner, action what) noexcept {
    auto& whole = static_cast<stop_message&>(self);
    if (what == action::run) owner.end_because(ending::stopped);
    owner.keep(std::move(whole.request));
    whole.~stop_message();
  }
  static const traits kind;
};
inline constexpr message::traits stop_message::kind{
    &stop_message::handle_request, &relocate_message<stop_message>, sizeof(stop_message), false, false, true};

inline consumer_handle<bool> cell::stop() {
  reply_channel<bool> channel;
  if (inherited()) {
    channel.producer->store([] { return false; });
    channel.producer.publish();
    return std::move(channel.consumer);
  }
  channel.producer->set_source(*this, stop_label);
  auto request = counted_handle<stop_request>::adopt(new stop_request{std::move(channel.producer)});
  unused_chunk memory;
  mailbox_.allocate(memory);  // now: nothing may fail once the stop token is signalled
  if (guarded() && !mailbox_.closed()) guard().before_stop(*this);  // an ended actor is in no world any more
  request_stop();
  // Relaxed: only this actor's own thread, which writes the phase, passes the first test.
  if (current_actor == this && phase_.load(std::memory_order_relaxed) == phase::starting) {
    end_because(ending::stopped);  // before the first message, even one that was sent before on_start ran
    keep(std::move(request));
    return std::move(channel.consumer);
  }
  stop_message msg{{&stop_message::kind}, std::move(request)};
  executor* const runs_it = executor_;
  mailbox::displaced nothing;  // a request to stop needs no space, so it displaces no message
  const mailbox::push_result result =
      mailbox_.displaces() ? mailbox_.push_displacing(msg, nothing, memory) : mailbox_.push(msg, memory);
  if (result == mailbox::push_result::accepted_armed) runs_it->wake(mailbox_);
  if (result == mailbox::push_result::closed) {
    if (const counted_handle<stop_request> late = keep(std::move(msg.request))) {
      late->reply->store([] { return false; });
      late->reply.publish();
    }
  }
  return std::move(channel.consumer);
}

inline void cell::request_stop() noexcept {
  if (inherited()) return;
  counted_handle<stop_signal> signal;
  {
    const std::lock_guard lock{mutex_};
    stop_requested_ = true;
    signal = stop_signal_;
  }
  if (signal) signal->request();  // without the lock: it may run the user's callbacks
}

struct stop_token_source final : stop_signal {
  stop_source source;
  void request() noexcept override { source.request_stop(); }
};

inline vicar::stop_token cell::stop_token() {
  if (inherited()) return {};
  const std::lock_guard lock{mutex_};
  if (!stop_signal_) {
    stop_signal_ = counted_handle<stop_signal>::adopt(new stop_token_source);
    if (stop_requested_) stop_signal_->request();
  }
  return static_cast<stop_token_source&>(*stop_signal_).source.get_token();
}

inline cell::progress cell::run(std::size_t batch) noexcept {
  const actor_frame frame{*this};
  current_actor = this;
  // Relaxed, here and below: written by this thread; other threads read a snapshot.
  if (phase_.load(std::memory_order_relaxed) == phase::starting) {
    log_about(*this, log_level::debug, nullptr, "Started {}");
    run_hook(on_start_label, &cell::on_start, ending::start_failed);
    started_ = !threw_;
    phase_.store(phase::running, std::memory_order_relaxed);
  }
  progress made = progress::more;
  while (ending_ == ending::none && made == progress::more && batch-- > 0) {
    if (message* const next = mailbox_.front()) {
      mailbox_.begin(*next);
      next->type->handle(*next, *this, message::action::run);
      mailbox_.pop();
    } else {
      made = progress::idle;
    }
  }
  if (ending_ != ending::none && ending_ != ending::left) {
    end();
    made = progress::ended;
  }
  if (ending_ == ending::left) made = progress::left;
  current_actor = nullptr;
  return made;
}

inline void cell::end() noexcept {
  mailbox_.close();
  request_stop();
  abandon_leftovers();
  abandon_suspended();
  const ending reason = ending_;
  if (reason == ending::left) return;
  if (reason == ending::failed) {
    run_hook(on_failure_label, &cell::tell_failure, ending::failed);
  } else if (started_) {
    run_hook(on_stop_label, &cell::on_stop, reason);
  }
  if (ending_ == ending::left) return;
  destroy();
  log_about(*this, log_level::debug, nullptr, "Stopped {}");
  if (on_ended_) on_ended_(*this, ending_);
  phase_.store(phase::ended, std::memory_order_relaxed);
}

inline void cell::in_child() noexcept {
  // Relaxed, all: there is no other thread.
  for (const actor_frame* frame = innermost_frame; frame; frame = frame->outer) {
    cell& owner = of(frame->owner);
    if (owner.phase_.load(std::memory_order_relaxed) == phase::constructing)
      owner.generation_.store(this_generation(), std::memory_order_relaxed);
  }
  if (!current_actor) return;
  cell& here = of(*current_actor);
  here.ending_ = ending::left;
  here.threw_ = false;
}

inline void cell::abandon() noexcept {
  const actor_frame frame{*this};  // destructors may ask for the current actor, or call exit
  mailbox_.close();
  request_stop();
  abandon_leftovers();
  destroy();
  answer_stop_requests();
}

inline void cell::abandon_within_message() noexcept {
  mailbox_.close();
  mailbox_.pop();  // the current message: its bytes stay in place until the chunk is released
  future_state_base* const owed = std::exchange(owed_, nullptr);
  if (owed) {
    if (!owed->error()) owed->store_error(exception_from([&] { return stopped_during(running(), "called exit"); }));
    owed->publish();
  }
  abandon_leftovers();
  for (suspended_call* each = suspended().newest(); each; each = each->after) {
    if (!owed || each->reply != owed) each->answer_at_exit(*this);  // one that was suspended before may run now
  }
  answer_stop_requests();
}

inline void cell::abandon_leftovers() noexcept {
  while (message* const next = ending_ == ending::left ? nullptr : mailbox_.front()) {
    mailbox_.begin(*next);
    next->type->handle(*next, *this, message::action::abandon);
    mailbox_.pop();
  }
}

inline void cell::destroy() noexcept {
  {
    const std::lock_guard lock{object_mutex_};
    if (!std::exchange(object_alive_, false)) return;
  }
  begin(destructor_label);
  try {
    destroy_object();
  } catch (const stop_all_actors&) {
    end_because(ending::all_stopped);
  } catch (...) {
    log_unhandled(std::current_exception(), destructor_label);
  }
  activity_.rest();
}

inline void cell::answer_stop_requests() noexcept {
  counted_handle<stop_request> next;
  {
    const std::lock_guard lock{mutex_};
    answered_ = true;
    next = std::move(stop_requests_);
  }
  while (next) {  // one by one: a long list must not be destroyed recursively
    next->reply->store([] { return true; });
    next->reply.publish();
    next = std::move(next->next);
  }
}

}  // namespace vicar::detail

#endif
