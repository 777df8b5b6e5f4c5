// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELLS_CELL_HPP
#define VICAR_DETAIL_CELLS_CELL_HPP

#include <any>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/cells/executor.hpp>
#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/mailbox/mailbox.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/wait/actor_record.hpp>
#include <vicar/detail/wait/timeout_text.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>
#include <vicar/log.hpp>
#include <vicar/options.hpp>
#include <vicar/stop_token.hpp>

// The actor without its type: docs/internals.md lists its phases and invariants.
namespace vicar::detail {

/// Why an actor ends.
enum class ending : std::uint8_t {
  none,
  stopped,       ///< a request to stop: `on_stop` runs
  start_failed,  ///< `on_start` threw: no hook runs
  failed,        ///< a message without a reply threw: `on_failure` runs
  all_stopped,   ///< `stop_all_actors` was thrown: `on_stop` runs, and every other actor is stopped
  left,          ///< this process was forked on the actor's thread: no more code of the actor runs
};

/// A message whose type only its sender knows.
struct erased_message {
  const void* tag;                   ///< `&type_tag<M>`
  void* object;                      ///< an `M`
  std::any (*to_any)(void* object);  ///< moves the object into an any; null if `M` cannot be copied
  std::any reply = {};
};

/// A request to stop, with the reply that is published when the actor has ended.
struct stop_request : counted<stop_request> {
  explicit stop_request(producer_handle<bool> answer) noexcept : reply{std::move(answer)} {}
  producer_handle<bool> reply;
  counted_handle<stop_request> next;
};

/// The source of an actor's stop tokens. Abstract, so that only code that uses tokens has to compile the
/// implementation.
class stop_signal : public counted<stop_signal> {
 public:
  virtual ~stop_signal() = default;
  virtual void request() noexcept = 0;
};

class VICAR_SHARED cell : public actor_record {
 public:
  enum class progress : std::uint8_t { more, idle, ended, left };
  using ended_hook = void (*)(cell& ended, ending reason) noexcept;

  /// The cell of a record. Every record is the base of a cell.
  static cell& of(actor_record& record) noexcept { return static_cast<cell&>(record); }

  // Observers: any thread.

  bool daemon() const noexcept { return daemon_; }
  bool own_thread() const noexcept { return own_thread_; }
  bool alive() const noexcept { return !mailbox_.closed() && !inherited(); }
  actor_stats stats() const noexcept { return activity_.stats(depth(), suspended_.count()); }
  /// The current state, in one word; a snapshot.
  std::string_view state() const noexcept {
    const phase now = phase_.load(std::memory_order_relaxed);  // relaxed: a snapshot
    if (now == phase::constructing) return "constructing";
    if (now == phase::ended) return "ended";
    if (!alive()) return "ending";
    if (now == phase::starting) return "starting";
    return running().empty() ? "idle" : "running";
  }
  /// The operating system's number of the actor's thread; 0 while it has none, or if the system has no such numbers.
  long thread() const noexcept { return thread_.load(std::memory_order_relaxed); }  // relaxed: publishes nothing
  void runs_on(long thread) noexcept { thread_.store(thread, std::memory_order_relaxed); }  // relaxed: as above
  /// Whether an object lies inside the actor's object.
  bool contains(const void* address) const noexcept {
    const auto begin = reinterpret_cast<std::uintptr_t>(object_address());
    const auto inside = reinterpret_cast<std::uintptr_t>(address);
    return inside >= begin && inside - begin < object_size();
  }
  /// Which object is wanted: the cell's own, or the one that a fake represents, which is a null pointer to its class.
  enum class role : std::uint8_t { own, represented };
  /// Converts the object to a `Base`; false if that is not a base, or the object was destroyed. A catch clause performs
  /// the conversion, so the user's classes need no run-time type information.
  template <class Base>
  bool find_base(role wanted, Base*& object) {
    if (inherited()) return false;
    const std::lock_guard lock{object_mutex_};
    if (!object_alive_) return false;
    try {
      throw_object(wanted);
    } catch (Base* found) {
      object = found;
      return true;
    } catch (...) {  // another class
    }
    return false;
  }
  /// The entry in the table of all actors; guarded by the table's lock.
  struct table_entry {
    bool taken = false;
    bool listed = true;  ///< in the registry
    cell* before = nullptr;
    cell* after = nullptr;
  } entry;
  virtual const void* type() const noexcept = 0;  ///< `&type_tag<T>`
  virtual void* object_address() const noexcept = 0;

  // Sending: any thread.

  /// Pushes an envelope into the mailbox; under `overflow::block`, waits for space. The envelope is moved from only if
  /// it was accepted.
  VICAR_INLINE_WHERE_OPTIMISED mailbox::push_result deliver(message& envelope, std::string_view label) {
    return deliver(envelope, label, *envelope.type);
  }
  /// `type`: see `mailbox::push`.
  VICAR_INLINE_WHERE_OPTIMISED mailbox::push_result deliver(message& envelope, std::string_view label,
                                                            const message::traits& type) {
    const mailbox::push_result result = push(envelope, type);
    if (mailbox::is_accepted(result)) return result;
    return result == mailbox::push_result::full ? deliver_to_full(envelope, label, {}) : result;
  }
  /// As `deliver`, but returns `full` if there is no space by the deadline.
  mailbox::push_result deliver_within(const time_limit& limit, message& envelope, std::string_view label) {
    const mailbox::push_result result = push(envelope);
    return result == mailbox::push_result::full ? deliver_to_full(envelope, label, limit) : result;
  }
  /// For a guarding executor: as `deliver_within`, past the guard.
  VICAR_COLD mailbox::push_result deliver_past_guard(message& envelope, std::string_view label,
                                                     const time_limit& limit) {
    if (mailbox_.displaces()) return displace(envelope);
    const mailbox::push_result result = push_past_guard(envelope);
    if (result != mailbox::push_result::full) return result;
    return wait_and_push(envelope, label, limit, [this](message& each) { return push_past_guard(each); });
  }
  /// As `offer`, past the guard.
  VICAR_COLD mailbox::push_result offer_past_guard(message& envelope) {
    return mailbox_.displaces() ? displace(envelope) : push_past_guard(envelope);
  }
  /// As `deliver`, but never waits.
  mailbox::push_result offer(message& envelope) {
    const mailbox::push_result result = push(envelope);
    return result == mailbox::push_result::full ? offer_to_full(envelope) : result;
  }
  /// Whether `offer` would accept an ordinary message now.
  bool accepts_now() const noexcept { return !inherited() && mailbox_.accepts_now(); }
  bool bounded() const noexcept { return capacity_ != unbounded; }
  overflow on_overflow() const noexcept { return on_overflow_; }
  void count_dropped() noexcept { activity_.count_dropped(); }

  /// The reply says whether the actor was alive until then.
  consumer_handle<bool> stop();
  /// Signals the stop token, without a message.
  void request_stop() noexcept;
  vicar::stop_token stop_token();

  // The errors with which a message to this actor may be answered.

  actor_dead_error not_found(std::string_view label) const {
    if (inherited()) return inherited_error(*this, format_text("{} was not delivered", label));
    return actor_dead_error{format_text(
        "vicar: {} is not running, {} was not delivered; start another one, or send with try_defer or try_tell, "
        "which return false",
        title(), label)};
  }
  actor_dead_error no_proxy() const {
    if (inherited()) return inherited_error(*this, "so it cannot have a proxy");
    return actor_dead_error{
        format_text("vicar: {} is not running, so it cannot have a proxy; start another one", title())};
  }
  actor_dead_error stopped_before(std::string_view label) const {
    return actor_dead_error{
        format_text("vicar: {} stopped before handling the message {}; ask before you stop it, or start another one",
                    title(), label)};
  }
  actor_dead_error stopped_during(std::string_view label, std::string_view cause) const {
    return actor_dead_error{format_text(
        "vicar: {} stopped while handling the message {}, which {}; there will be no answer", title(), label, cause)};
  }
  mailbox_full_error full(std::string_view label) const {
    return mailbox_full_error{format_text(
        "vicar: the mailbox of {} is full, {} was not delivered; send less, raise options::mailbox_capacity ({}), or "
        "use overflow::block",
        title(), label, number_text(capacity_))};
  }

  /// The error for a message that found no space before the deadline.
  timeout_error never_accepted(std::string_view label, const time_limit& limit) {
    retain();
    return unanswered::error(actor_handle::adopt(this), label, limit.asked_seconds(), capacity_);
  }

  mailbox_full_error displaced(std::string_view label) const {
    return mailbox_full_error{format_text(
        "vicar: {} did not handle {}, which made way for a newer message in its full mailbox; send less, raise "
        "options::mailbox_capacity ({}), or use overflow::block",
        title(), label, number_text(capacity_))};
  }

  // Handling: the thread that runs the cell.

  /// Handles at most `batch` messages. Never throws: exceptions from user code are handled here.
  progress run(std::size_t batch) noexcept;
  mailbox& queue() noexcept { return mailbox_; }

  /// `owed`: the reply that the message will publish; null if it has none.
  void begin(const std::string_view& label, future_state_base* owed = nullptr) noexcept {
    owed_ = owed;
    activity_.begin(label);
  }
  /// Sets the reply that is still unpublished: destructors of arguments may yet end the process.
  void owes(future_state_base* reply) noexcept { owed_ = reply; }
  void finish(bool threw) noexcept {
    if (threw) threw_ = true;
    activity_.count_processed(threw);
    activity_.rest();
  }
  /// Takes effect after the current message.
  void end_because(ending reason) noexcept {
    if (ending_ == ending::left) return;
    if (reason == ending::all_stopped && ending_ != ending::all_stopped) {
      log_about(*this, log_level::debug, nullptr, "stop_all_actors in {}. Stopping all actors.");
    }
    if (ending_ == ending::none || reason == ending::all_stopped) ending_ = reason;
  }
  void end_failed(std::exception_ptr failure, std::string_view label) noexcept {
    log_unhandled(failure, label);
    failure_ = std::move(failure);
    end_because(ending::failed);
  }
  /// Whether the last hook threw, or, in a child process, a message since the fork.
  bool threw() const noexcept { return threw_; }
  /// Keeps a request until the actor has ended; returns it if that has already happened.
  counted_handle<stop_request> keep(counted_handle<stop_request> request) noexcept {
    const std::lock_guard lock{mutex_};
    if (answered_) return request;
    request->next = std::move(stop_requests_);
    stop_requests_ = std::move(request);
    return {};
  }
  void log_returned(const std::exception_ptr& exception, std::string_view label) noexcept {
    log_about(*this, log_level::info, exception, "Exception returned from {} to caller: {} threw:", label);
  }

  virtual bool receive(erased_message& incoming) = 0;

  // Starting and ending: see `start_with` and `executor`.

  void become_daemon() noexcept { daemon_ = true; }
  /// Called before the constructor, which may pass references to other threads that send messages.
  void belongs_to(executor& runs_it, ended_hook on_ended) noexcept {
    executor_ = &runs_it;
    on_ended_ = on_ended;
    if (runs_it.guard()) mailbox_.guard();
  }
  /// Pushes a message that must not be lost when memory is exhausted: see `mailbox::push_surely`.
  VICAR_COLD mailbox::push_result push_surely(message& envelope, linked_message& instead,
                                              std::string_view label) noexcept {
    if (inherited()) return mailbox::push_result::closed;
    executor* const runs_it = executor_;
    if (guarded() && !mailbox_.closed()) guard().before_resumption(*this, label);
    const mailbox::push_result result = mailbox_.push_surely(envelope, instead);
    if (result == mailbox::push_result::accepted_armed) runs_it->wake(mailbox_);
    return result;
  }
  /// Nothing runs, although the call has not ended.
  void rest() noexcept { activity_.rest(); }

  bool runs_by(const executor& which) const noexcept { return executor_ == &which; }
  bool guarded() const noexcept { return mailbox_.guarded(); }
  void constructed() noexcept {
    {
      const std::lock_guard lock{object_mutex_};
      object_alive_ = true;
    }
    phase_.store(phase::starting, std::memory_order_relaxed);  // relaxed: starting the thread publishes it
  }
  /// The last step, after `run` has returned `ended`: notifies the threads that wait for the actor's end.
  void answer_stop_requests() noexcept;
  /// Called if the constructor threw or no thread could be created: answers the messages received so far. On the thread
  /// that called `start`.
  void abandon() noexcept;
  /// Called if the process exits within a message, whose handler will not return: answers it and all pending messages,
  /// so that no actor that has to end first waits for this one. On the actor's own thread.
  void abandon_within_message() noexcept;

  /// In a child process: actors that are being constructed on this thread also exist in this process. The actor that
  /// runs on it completes its current message or hook, and then stops running.
  static void in_child() noexcept;
  VICAR_SHARED static inline constinit fork_steps at_fork{nullptr, nullptr, &in_child};

 protected:
  cell(std::string_view class_name, std::string name, const options& chosen)
      : actor_record{class_name, std::move(name), chosen},
        capacity_{chosen.mailbox_capacity},
        on_overflow_{chosen.on_overflow},
        own_thread_{chosen.thread.own},
        daemon_{chosen.daemon} {}

 private:
  virtual std::size_t object_size() const noexcept = 0;
  virtual void destroy_object() = 0;
  virtual void throw_object(role wanted) const = 0;  ///< throws a pointer to the object
  virtual void on_start() = 0;
  virtual void on_stop() = 0;
  virtual void on_failure(std::exception_ptr failure) = 0;
  void tell_failure() { on_failure(std::exchange(failure_, nullptr)); }

  void log_unhandled(const std::exception_ptr& exception, std::string_view label) noexcept {
    log_about(*this, log_level::error, exception, "Unhandled exception in {}: {} threw:", label);
  }

  VICAR_INLINE_WHERE_OPTIMISED mailbox::push_result push(message& envelope) { return push(envelope, *envelope.type); }
  VICAR_INLINE_WHERE_OPTIMISED mailbox::push_result push(message& envelope, const message::traits& type) {
    if (inherited()) return mailbox::push_result::closed;
    // After the push, only addresses in this cell are used: the envelope may have held the last reference, and may
    // already have been handled.
    executor* const runs_it = executor_;
    const mailbox::push_result result = mailbox_.push(envelope, type);
    if (result == mailbox::push_result::accepted_armed) runs_it->wake(mailbox_);
    return result;
  }
  VICAR_COLD mailbox::push_result push_past_guard(message& envelope) {
    executor* const runs_it = executor_;
    const mailbox::push_result result = mailbox_.push_past_guard(envelope);
    if (result == mailbox::push_result::accepted_armed) runs_it->wake(mailbox_);
    return result;
  }
  VICAR_COLD mailbox::push_result deliver_to_full(message& envelope, std::string_view label, const time_limit& limit) {
    if (mailbox_.guarded()) return guard().deliver(*this, envelope, label, limit);
    if (on_overflow_ == overflow::drop_oldest) return displace(envelope);
    return wait_and_push(envelope, label, limit, [this](message& each) { return push(each); });
  }
  VICAR_COLD mailbox::push_result offer_to_full(message& envelope) {
    if (mailbox_.guarded()) return guard().offer(*this, envelope);
    return on_overflow_ == overflow::drop_oldest ? displace(envelope) : mailbox::push_result::full;
  }
  template <class Push>
  mailbox::push_result wait_and_push(message& envelope, std::string_view label, const time_limit& limit, Push push_it) {
    mailbox::push_result result = mailbox::push_result::full;
    // Checks the deadline before the push, so that space freed in time is used.
    for (bool last = false; result == mailbox::push_result::full && on_overflow_ == overflow::block && !last;) {
      last = limit.passed();
      if (!last) wait_for_space(label, limit);
      result = push_it(envelope);
    }
    return result;
  }
  guarding_executor& guard() const noexcept { return *executor_->guard(); }
  /// Pushes an envelope into a mailbox that displaces, and abandons the displaced message, if any.
  VICAR_COLD mailbox::push_result displace(message& envelope) {
    const counted_handle<cell> kept{*this};  // the envelope may hold the last reference
    unused_chunk memory;
    mailbox::displaced made_way;
    const mailbox::push_result result = mailbox_.push_displacing(envelope, made_way, memory);
    if (result == mailbox::push_result::accepted_armed) executor_->wake(mailbox_);
    if (made_way.oldest) {
      made_way.oldest->type->handle(*made_way.oldest, *this, message::action::displace);
      mailbox_.forget(made_way);
    }
    return result;
  }

  VICAR_COLD void wait_for_space(std::string_view label, const time_limit& limit) {
    mailbox::space_wait waiting{mailbox_};
    const wait_edge edge{*this, label, limit, waiting.space(), wait_reason::space};
    if (!edge.has_come()) waiting.sleep(limit);
  }

  /// Runs a hook, which counts as the running member but not as a message.
  void run_hook(const std::string_view& label, void (cell::*hook)(), ending if_it_throws) noexcept {
    begin(label);
    threw_ = false;
    try {
      (this->*hook)();
    } catch (const stop_all_actors&) {
      threw_ = true;
      end_because(ending::all_stopped);
    } catch (...) {
      threw_ = true;
      log_unhandled(std::current_exception(), label);
      end_because(if_it_throws);
    }
    activity_.rest();
  }

  void end() noexcept;
  void destroy() noexcept;
  void abandon_leftovers() noexcept;
  void abandon_suspended() noexcept {
    while (suspended_call* const call = ending_ == ending::left ? nullptr : suspended().newest()) {
      suspended().remove(*call);
      call->abandon(*this);
    }
  }

  const std::size_t capacity_;
  const overflow on_overflow_;
  const bool own_thread_;
  bool daemon_;                    // constant once other threads can access this cell
  ended_hook on_ended_ = nullptr;  // set before the object is constructed, like executor_

  std::atomic<long> thread_{0};

  // Used only by the actor's thread.
  ending ending_ = ending::none;
  bool threw_ = false;
  future_state_base* owed_ = nullptr;
  bool started_ = false;  // on_start returned
  std::exception_ptr failure_;

  std::mutex mutex_;
  counted_handle<stop_request> stop_requests_;  // guarded by mutex_, like the next three
  bool answered_ = false;                       // the stop requests were answered: the actor has ended
  counted_handle<stop_signal> stop_signal_;     // made on the first request for a token
  bool stop_requested_ = false;

  std::mutex object_mutex_;    // held while the object is converted to a base
  bool object_alive_ = false;  // guarded by object_mutex_
};

using cell_handle = counted_handle<cell>;

}  // namespace vicar::detail

#endif
