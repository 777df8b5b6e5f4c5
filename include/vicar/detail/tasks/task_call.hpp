// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TASKS_TASK_CALL_HPP
#define VICAR_DETAIL_TASKS_TASK_CALL_HPP

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/calls/target.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/tasks/awaiters.hpp>
#include <vicar/detail/tasks/coroutine_run.hpp>
#include <vicar/detail/tasks/promise.hpp>
#include <vicar/detail/tasks/resumption.hpp>
#include <vicar/detail/wait/suspended_call.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// A call of a member that is a coroutine: its arguments, the coroutine, and the reply. Lies behind its first
/// resumption, and destroys itself.
class task_call : public coroutine_run, public suspended_call {
 public:
  task_call(const task_call&) = delete;
  task_call& operator=(const task_call&) = delete;

  /// Continues.
  void resume() noexcept final {
    owner_.begin(*label, reply);
    proceed();
  }
  /// In a message that has begun.
  void proceed() noexcept {
    resume_all();
    if (done()) return end();
    owner_.suspended().add(*this);
    owner_.owes(nullptr);
    owner_.rest();
  }

  void now_awaits(future_state_base* state) noexcept final {
    // Sequentially consistent with `sleeping_actors`.
    if (state) {
      awaited_.store(state, std::memory_order_seq_cst);
      owner_.suspended().add(*this);
    } else if (awaited_.load(std::memory_order_relaxed)) {    // relaxed: written by this thread
      const std::lock_guard lock{owner_.suspended().lock()};  // the state may be freed now
      awaited_.store(nullptr, std::memory_order_seq_cst);
    }
  }
  awaited_answer awaited() const noexcept final {
    const future_state_base* const state = awaited_.load(std::memory_order_seq_cst);  // as above
    if (!state) return {};
    return {state->pending_source(), state->member(), state};
  }
  /// Only if a thread of an actor sleeps: calls that are suspended alone keep no actor from handling messages.
  void look_for_cycle() final {
    if (sleeping_actors.load(std::memory_order_seq_cst) == 0) return;  // as above
    if (owner_.on_deadlock() == deadlock_policy::off) return;
    std::string text;
    {
      const std::lock_guard lock{wait_graph_mutex()};
      const awaited_answer next = awaited();
      await_search search;
      const auto here = [this](const actor_record& actor, const void* answer) {
        return &actor == &owner_ && answer == reply && answer;
      };
      if (!next.source || !search.reaches(*next.source, next.answer, next.member, nullptr, here)) return;
      search.ends_at_call();
      text = format_text(
          "vicar: deadlock: {}.{} (awaits){}; each waits for the next: co_await instead of get, or wait with a timeout",
          owner_.name(), *label, search.text());
    }
    if (owner_.on_deadlock() == deadlock_policy::fail) throw deadlock_error{text};
    static constexpr std::string_view prefix = "vicar: ";
    log_text(log_level::error, owner_.name(), nullptr, std::string_view{text}.substr(prefix.size()));
  }

  void follows(followed_state* state) noexcept final { suspended_call::follows = state; }
  followed_state* last_that_follows(const void* state) noexcept final {
    return owner_.suspended().last_that_follows(state);
  }

  void abandon(cell&) noexcept final {
    owner_.begin(*label, reply);
    if (reply) {
      reply->store_error(exception_from(
          [&] { return owner_.stopped_during(*label, "was suspended by co_await when the actor ended"); }));
    } else {
      owner_.count_dropped();
    }
    destroy_inner();  // if a destructor calls exit, the call is answered
    owner_.rest();
    answer();
  }
  void answer_at_exit(cell&) noexcept final {
    if (!reply) return;
    reply->store_error(exception_from(
        [&] { return owner_.stopped_during(*label, "was suspended by co_await when the process ended"); }));
    future_state_base* const answered = reply;
    {
      const std::lock_guard lock{owner_.suspended().lock()};
      reply = nullptr;
    }
    answered->publish_last();
  }

 protected:
  task_call(resumption& first, cell& owner, const std::string_view& member, future_state_base* answered) noexcept
      : coroutine_run{first, owner.interleaves()}, suspended_call{answered, member}, owner_{owner} {}
  virtual ~task_call() = default;

  /// Stores the outcome in the reply, if there is one; may throw.
  virtual void store() = 0;
  virtual bool done() const noexcept = 0;

 private:
  void end() noexcept {
    owner_.suspended().remove(*this);
    bool threw = false;
    try {
      store();
    } catch (...) {
      threw = true;
      fail();
    }
    owner_.finish(threw);
    answer();
  }
  VICAR_COLD void fail() noexcept {
    try {
      throw;
    } catch (const stop_all_actors&) {
      owner_.end_because(ending::all_stopped);
      if (reply)
        reply->store_error(exception_from([&] { return owner_.stopped_during(*label, "threw stop_all_actors"); }));
    } catch (...) {
      if (!reply) return owner_.end_failed(std::current_exception(), *label);
      failed_call* origin = nullptr;
      try {
        origin = new failed_call{owner_.name(), owner_.class_name(), *label};
      } catch (...) {  // no memory: as in `store_failure`
      }
      reply->store_failure(std::current_exception(), origin);
      owner_.log_returned(reply->error(), *label);
    }
  }
  /// Destroys the arguments before the reply is published.
  void answer() noexcept {
    future_state_base* const answered = reply;
    cell& owner = owner_;
    resumption& block = first();
    this->~task_call();
    block.forget();
    owner.owes(nullptr);
    if (answered) answered->publish_last();
  }

  cell& owner_;
  std::atomic<future_state_base*> awaited_{nullptr};  // cleared under the list's lock
};

/// The object that a coroutine belongs to, kept alive until the coroutine has ended. It lies in the actor's object, so
/// that is a matter of what its path leads through.
template <class Target>
struct kept_object {
  explicit kept_object(std::string_view) noexcept {}
  static auto& of(const Target& target, cell& owner) { return target.resolve(owner); }
};
template <class T, bool Loose>
class kept_object<path_target<T, Loose>> final : path_keeper {
 public:
  explicit kept_object(std::string_view member) noexcept : member_{member} {}
  T& of(const path_target<T, Loose>& target, cell& owner) {
    owner_ = &owner;
    return target.resolve(owner, this);
  }

 private:
  void keep(std::shared_ptr<const void> object) override { shared_.push_back(std::move(object)); }
  void refuse(const step& loose) override {
    throw error{format_text(
        "vicar: {} cannot run {}, a coroutine: its object lies behind {}, a unique_ptr or an optional, and may go while "
        "it is suspended; keep the object by value or by std::shared_ptr",
        owner_->title(), member_, loose.name)};
  }

  const std::string_view member_;
  const cell* owner_ = nullptr;
  std::vector<std::shared_ptr<const void>> shared_;
};

/// The call that a message makes.
template <class Invoker, class Reply, class Head, class Target, class Indices, class... Arguments>
class task_of_message;
template <class Invoker, class Reply, class Head, class Target, std::size_t... Index, class... Arguments>
class task_of_message<Invoker, Reply, Head, Target, std::index_sequence<Index...>, Arguments...> final
    : public task_call {
 public:
  using envelope_type = envelope<Head, Target, std::index_sequence<Index...>, Arguments...>;

  task_of_message(resumption& first, envelope_type& msg, cell& owner, const std::string_view& member,
                  future_state_base* answered)
      : task_call{first, owner, member, answered},
        kept_{static_cast<envelope_type&&>(msg)},
        object_{member},
        work_{Invoker::call(object_.of(kept_.target, owner),
                            static_cast<kept_argument<Index, Arguments>&&>(kept_).value...)} {
    require_owned(work_.frame());
    begin_with(work_.frame().promise());
  }

 private:
  bool done() const noexcept override { return work_.frame().done(); }
  void store() override {
    auto& promise = work_.frame().promise();
    if constexpr (std::is_same_v<Head, call_message>)
      static_cast<future_state<Reply>*>(reply)->store([&]() -> decltype(auto) { return promise.take(); });
    else
      static_cast<void>(promise.take());
  }

  envelope_type kept_;  // what the parameters refer to that are references
  [[no_unique_address]] kept_object<Target> object_;
  decltype(Invoker::call(std::declval<typename Target::object_type&>(), std::declval<Arguments>()...)) work_;
};

template <class Invoker, class Reply, class Head, class Target, class Indices, class... Arguments>
void begin_task(message& self, cell& owner, const message_kind& kind, const message_kind& named) noexcept {
  using call_type = task_of_message<Invoker, Reply, Head, Target, Indices, Arguments...>;
  future_state_base* reply = nullptr;
  if constexpr (std::is_same_v<Head, call_message>) reply = static_cast<call_message&>(self).reply;
  owner.begin(*named.label, reply);
  resumption* first = nullptr;
  call_type* call = nullptr;
  try {
    first = resumption::make(coroutine_home::of(owner), resumption::room_for<call_type>);
    call = ::new (first->room<call_type>())
        call_type{*first, static_cast<typename call_type::envelope_type&>(self), owner, *named.label, reply};
  } catch (...) {  // no memory, or moving an argument has thrown
    if (first) first->forget();
    if constexpr (std::is_same_v<Head, call_message>)
      store_failure(static_cast<call_message&>(self), owner, named);
    else
      end_after_failure(owner, named);
  }
  kind.destroy(self);
  if (call) return call->proceed();
  owner.finish(true);
  owner.owes(nullptr);
  if (reply) reply->publish_last();
}

}  // namespace vicar::detail

#endif
