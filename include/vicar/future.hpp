// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_FUTURE_HPP
#define VICAR_FUTURE_HPP

#include <vicar/detail/base/config.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/futures/checks.hpp>
#include <vicar/detail/futures/format.hpp>
#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/futures/lazy_values.hpp>
#include <vicar/detail/futures/refusals.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/error.hpp>
#include <vicar/fwd.hpp>

namespace vicar {

namespace detail {

struct future_access;

/// The members of `future` that continue somewhere else. Defined in compose.hpp.
template <class Dependent>
struct composition;
template <class Dependent>
VICAR_CONSTEVAL bool check_composition() {
  static_assert(defined<composition<Dependent>>,
                "vicar: this member of a future is not declared here; include <vicar/compose.hpp>");
  return defined<composition<Dependent>>;
}

}  // namespace detail

/// The result of a message, now or later. A cheap handle: copies share one result, any number of threads may read it
/// any number of times, and it may be dropped unread. All members may be called from any thread, but two threads must
/// not use the same handle object at once.
template <class T>
class future : public detail::future_refusals<future<T>> {
  static_assert(!std::is_reference_v<T> && !std::is_const_v<T> && !std::is_volatile_v<T>,
                "vicar: a future holds a value; use future<std::decay_t<T>>, or a pointer");

 public:
  /// The type of the value.
  using value_type = T;

  /// Constructs an empty future, as after a move: everything but assignment, destruction and comparison throws
  /// `future_already_retrieved`.
  future() = default;

  /// Returns the value. Blocks until the future is ready. Rethrows the stored exception, the same object each time.
  /// Throws `deadlock_error` if actors would wait for each other, and `actor_dead_error` in a child process made by
  /// fork() if the future was not ready before; so does `wait`. The reference is valid as long as any handle exists.
  template <class Value = T>
    requires(!std::is_void_v<Value>)
  const Value& get() const& {
    return handle_.settled({}).value();
  }
  /// Returns the value, moved out if this is the last handle, else copied; empties this handle. Blocks and throws as
  /// above. Throws `future_already_retrieved` if the value can only be moved and another handle shares it.
  T get() && {
    if constexpr (detail::check_takeable<T>())
      return handle_.take({});
    else
      return detail::placeholder{};
  }
  /// Deleted, because the reference could outlive the value. Give the future a name first.
  template <class Value = T>
    requires(!std::is_void_v<Value>)
  const Value& get() const&& = delete;
  /// For a `future<void>`: blocks and throws as above, and returns nothing.
  void get() const&
    requires std::is_void_v<T>
  {
    handle_.settled({});
  }

  /// As `get()`, but throws `timeout_error` if the future is not ready within `timeout`; zero polls once. The future
  /// stays usable.
  template <class Rep, class Period, class Value = T>
    requires(!std::is_void_v<Value>)
  const Value& get(const std::chrono::duration<Rep, Period>& timeout) const& {
    return handle_.settled(detail::time_limit{timeout}).value();
  }
  /// As above, but moves the value out like `get()` of an rvalue.
  template <class Rep, class Period>
  T get(const std::chrono::duration<Rep, Period>& timeout) && {
    if constexpr (detail::check_takeable<T>())
      return handle_.take(detail::time_limit{timeout});
    else
      return detail::placeholder{};
  }
  /// Deleted, as without a timeout.
  template <class Rep, class Period, class Value = T>
    requires(!std::is_void_v<Value>)
  const Value& get(const std::chrono::duration<Rep, Period>& timeout) const&& = delete;
  /// As above, for a `future<void>`.
  template <class Rep, class Period>
  void get(const std::chrono::duration<Rep, Period>& timeout) const&
    requires std::is_void_v<T>
  {
    handle_.settled(detail::time_limit{timeout});
  }

  /// Rejects a number, with a compile error that says what a timeout is.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  auto get(Number) const {
    detail::refuse_number_as_limit<Number>();
    return detail::placeholder{};
  }

  /// Whether `get` would return without waiting. Never blocks. For a future made by `map` and the like: whether its
  /// source is ready. Throws `std::bad_alloc` if there is not enough memory to check a long chain.
  [[nodiscard]] bool ready() const { return handle_.state().ready(); }

  /// Blocks until the future is ready. Does not throw the stored exception and does not run functions passed to `map`
  /// and the like; a hook passed to `from_hook` runs, because nothing else would make the future ready.
  void wait() const { handle_.state().await_ready({}); }
  /// Rejects a timeout, with a compile error that says what takes one.
  template <class Limit>
  void wait(Limit&&) const {
    static_assert(detail::always_false<Limit>,
                  "vicar: wait takes no timeout; use wait_for(duration) or wait_until(time_point)");
  }
  /// As `wait`, but for at most `timeout`: returns false if the future is not ready then.
  template <class Rep, class Period>
  [[nodiscard("false: there was no answer in time")]] bool wait_for(
      const std::chrono::duration<Rep, Period>& timeout) const {
    return ready_unless_out_of_time(
        [&] { return handle_.state().await_ready(detail::time_limit{timeout}) == nullptr; });
  }
  /// Rejects a number, with a compile error that says what a timeout is.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  bool wait_for(Number) const {
    detail::refuse_number_as_limit<Number>();
    return false;
  }
  /// As `wait`, but until `point` at the latest: returns false if the future is not ready then.
  template <class Clock, class Duration>
  [[nodiscard("false: there was no answer in time")]] bool wait_until(
      const std::chrono::time_point<Clock, Duration>& point) const {
    return ready_unless_out_of_time([&] {
      while (handle_.state().await_ready(detail::time_limit{point}) != nullptr) {
        if (detail::now_on<Clock>() >= point) return false;  // otherwise the clock was set back: keep waiting
      }
      return true;
    });
  }

  /// Rejects a duration, with a compile error that says what waits for one.
  template <class Duration>
  bool wait_until(const Duration&) const {
    static_assert(detail::always_false<Duration>,
                  "vicar: wait_until takes a time_point of a clock; for a duration use wait_for(duration)");
    return false;
  }

  /// Returns a future of `function(value)`. The function runs once, on the thread that first reads the value; its
  /// result or exception is stored. An exception of this future propagates. The function takes the value by const
  /// reference, or by value if it can only be moved and this is its last handle. Function and source are destroyed
  /// before the result can be read, so the result must not point into them. Chains may have any length.
  template <class Function>
  [[nodiscard("the function runs when the value is asked for")]] auto map(Function function) const& {
    return map_from(handle_, std::move(function));
  }
  /// As above, and empties this handle, so that it does not prevent moving the value.
  template <class Function>
  [[nodiscard("the function runs when the value is asked for")]] auto map(Function function) && {
    return map_from(std::move(handle_), std::move(function));
  }

  /// Returns a future of a `std::vector` of the items for which `predicate` is true. Runs like the function of `map`.
  template <class Predicate>
  [[nodiscard("the function runs when the value is asked for")]] auto filter(Predicate predicate) const {
    if constexpr (detail::check_filter<T, Predicate>())
      return map(detail::keep_matching<Predicate>{std::move(predicate)});
    else
      return detail::placeholder{};
  }

  /// Returns a future of the items folded from the left, beginning with `initial`, which is also the result for an
  /// empty range. Runs like the function of `map`.
  template <class Function, class Initial>
  [[nodiscard("the function runs when the value is asked for")]] auto reduce(Function function, Initial initial) const {
    if constexpr (detail::check_fold<T, Function, Initial>())
      return map(detail::fold_from<Function, Initial>{std::move(function), std::move(initial)});
    else
      return detail::placeholder{};
  }

  /// As above, beginning with the first item; an empty range results in `std::invalid_argument`.
  template <class Function>
  [[nodiscard("the function runs when the value is asked for")]] auto reduce(Function function) const {
    if constexpr (detail::check_fold<T, Function, detail::first_item>())
      return map(detail::fold_first<Function>{std::move(function)});
    else
      return detail::placeholder{};
  }

  /// Returns a future of the values of this future and the others, in that order: a `std::vector` if all have one type,
  /// a `std::tuple` if not, `void` if all are `void`. The exception of the first one that failed propagates. Values are
  /// moved out of the last handles.
  template <class... Others>
  [[nodiscard]] auto join(future<Others>... others) const& {
    return future{*this}.join_all(std::move(others)...);
  }
  /// As above, and empties this handle.
  template <class... Others>
  [[nodiscard]] auto join(future<Others>... others) && {
    return join_all(std::move(others)...);
  }

  /// Returns a future whose value `hook(timeout)` makes, once, on the first thread that reads it. `timeout` is a
  /// `std::optional<std::chrono::nanoseconds>`, empty for a `get` without a timeout. The hook may throw `timeout_error`
  /// if it was passed a timeout: the caller receives the exception, and the next read calls the hook again.
  template <class Hook>
  [[nodiscard]] static future from_hook(Hook hook) {
    if constexpr (detail::check_hook<T, Hook>())
      return future{detail::make_lazy<T, detail::hooked_value<T, Hook>>(std::move(hook))};
    else
      return future{};
  }

  /// Returns the exception that `get` would throw, or null if there is a value. Blocks like `get`, and throws only what
  /// the wait throws, such as `deadlock_error`.
  [[nodiscard]] std::exception_ptr exception() const {
    auto& state = handle_.awaited({});
    if (state.error()) state.observe();
    return state.error();
  }

  /// Calls `function` at `place` once this future is ready, and returns a future of its result; if it returns a task or
  /// a future, of that one's value. A place is an actor, by proxy or reference: then the call is a message of the
  /// actor, which it accepts whatever its mailbox's capacity; if the actor ends before, the future carries
  /// `actor_dead_error`. Or an executor: anything with `execute(function)`, such as those of Asio, which must not run
  /// the function within `execute`. The function is called as the first that fits of `(T& object, future<V>)`,
  /// `(future<V>)`,
  /// `(T& object, V)`, `(V)`; the last two only if there is a value, else the exception is passed on. The function is
  /// destroyed where it runs, or on this thread. Any number of functions may be added; those of one place run in the
  /// order in which they were added. Never blocks. Needs <vicar/compose.hpp>.
  ///@{
  template <class Place, class Function>
  auto then(const Place& place, Function function) const& {
    return future{*this}.then_at(place, std::move(function));
  }
  /// As above, and empties this handle, so that it does not prevent moving the value.
  template <class Place, class Function>
  auto then(const Place& place, Function function) && {
    return std::move(*this).then_at(place, std::move(function));
  }
  ///@}
  using detail::future_refusals<future>::then;

  /// Passes the value on to a member of an actor, as a message without a reply: `f.pipe_to(proxy->loaded)`. An
  /// exception counts as one that the member throws, so it ends the actor, as after `defer`. Throws `actor_dead_error`
  /// if the actor has ended; if it ends later, nothing happens. Never blocks. Needs <vicar/compose.hpp>.
  template <class Method>
  void pipe_to(const Method& method) const {
    if constexpr (detail::check_composition<Method>()) detail::composition<Method>::pipe_to(*this, method);
  }
  /// The same for a member known at compile time: `f.pipe_to<&T::loaded, &T::failed>(actor)`, by proxy or reference.
  /// With `Failed`, that member gets an exception, as a `std::exception_ptr`.
  template <auto Loaded, auto Failed = nullptr, class Actor>
  void pipe_to(const Actor& actor) const {
    if constexpr (detail::check_composition<Actor>())
      detail::composition<Actor>::template pipe_to_member<Loaded, Failed>(*this, actor);
  }

  /// For a coroutine that is not a task: `co_await f.on(executor)` resumes it on that executor, and gives or throws
  /// what `get` would. Needs <vicar/compose.hpp>.
  ///@{
  template <class Executor>
  [[nodiscard]] auto on(const Executor& executor) const& {
    return future{*this}.on_executor(executor);
  }
  template <class Executor>
  [[nodiscard]] auto on(const Executor& executor) && {
    return std::move(*this).on_executor(executor);
  }
  ///@}

  /// Whether both share one result.
  bool operator==(const future& other) const noexcept { return handle_ == other.handle_; }

 private:
  friend struct detail::future_access;
  template <class U>
  friend class future;

  explicit future(detail::consumer_handle<T> handle) noexcept : handle_{std::move(handle)} {}

  template <class Place, class Function>
  auto then_at(const Place& place, Function function) && {
    if constexpr (detail::check_composition<Place>())
      return detail::composition<Place>::then(std::move(*this), place, std::move(function));
    else
      return detail::placeholder{};
  }
  template <class Executor>
  auto on_executor(const Executor& executor) && {
    if constexpr (detail::check_composition<Executor>())
      return detail::composition<Executor>::on(std::move(*this), executor);
    else
      return detail::placeholder{};
  }

  template <class Wait>
  static bool ready_unless_out_of_time(Wait wait) {
    try {
      return wait();
    } catch (const timeout_error&) {  // thrown by a hook: there is no value yet
      return false;
    }
  }

  template <class Handle, class Function>
  static auto map_from(Handle&& source, Function function) {
    if constexpr (detail::check_map<T, Function>()) {
      using result = detail::kept_result_t<typename detail::map_result<T, Function>::type>;
      source.state();  // throws for an empty handle, here instead of later
      return future<result>{detail::make_lazy<result, detail::mapped_value<result, T, Function>>(
          std::forward<Handle>(source), std::move(function))};
    } else {
      return detail::placeholder{};
    }
  }

  template <class... Others>
  auto join_all(future<Others>... others) {
    if constexpr (detail::check_join<T, Others...>()) {
      handle_.state();
      (others.handle_.state(), ...);
      using result = typename detail::join_result<T, Others...>::type;
      return future<result>{detail::make_lazy<result, detail::joined_value<result, T, Others...>>(
          std::move(handle_), std::move(others.handle_)...)};
    } else {
      return detail::placeholder{};
    }
  }

  detail::consumer_handle<T> handle_;
};

namespace detail {

/// Conversions between futures and their handles, for the rest of the library.
struct future_access {
  template <class T>
  static future<T> make(consumer_handle<T> handle) noexcept {
    return future<T>{std::move(handle)};
  }
  /// The placeholder of a rejected call also replaces its future.
  static placeholder make(placeholder refused) noexcept { return refused; }
  template <class T>
  static const consumer_handle<T>& handle(const future<T>& of) noexcept {
    return of.handle_;
  }
  template <class T>
  static consumer_handle<T> take(future<T>&& of) noexcept {
    return std::move(of.handle_);
  }
};

}  // namespace detail

/// The producing end of a future, for results that are not replies to messages. Movable, not copyable. If it is
/// destroyed without a result, its futures carry `broken_promise`. A value, an exception or a hook may be stored once,
/// from any thread; a second one throws `promise_already_satisfied`.
template <class T>
class promise {
 public:
  /// Constructs a promise whose result is pending.
  promise() : promise{detail::reply_channel<T>{}} {}

  /// Returns a future. May be called any number of times: the futures share the result. Throws
  /// `future_already_retrieved` if the value was moved out of the last of them.
  [[nodiscard]] future<T> get_future() const {
    detail::future_state<T>& mine = state();
    if (!mine.offer_consumer()) {
      throw future_already_retrieved{
          "vicar: the value of this promise was moved out of its last future; call get_future earlier, or read by get() of an lvalue"};
    }
    return detail::future_access::make(detail::consumer_handle<T>::adopt(&mine));
  }

  /// Stores the value and wakes the waiting threads. If copying the value throws, nothing is stored.
  template <class Value = T>
  void set_value(Value&& value)
    requires(!std::is_void_v<T>)
  {
    if constexpr (detail::check_value<T, Value>()) store([&]() -> T { return T(std::forward<Value>(value)); });
  }
  /// As above, for a `promise<void>`.
  void set_value()
    requires std::is_void_v<T>
  {
    store([] {});
  }

  /// Stores an exception, by default the current one, and wakes the waiting threads.
  void set_exception(std::exception_ptr exception = std::current_exception()) {
    exception = detail::require_exception(std::move(exception));  // may throw, so it precedes the claim
    detail::future_state<T>& mine = claim();
    mine.store_error(std::move(exception));
    mine.publish();
  }

  /// Stores a hook that makes the value on the first thread that reads it: see `future::from_hook`.
  template <class Hook>
  void set_get_hook(Hook hook) {
    if constexpr (detail::check_hook<T, Hook>()) {
      auto lazy = std::make_unique<detail::hooked_value<T, Hook>>(state(), std::move(hook));
      claim().set_lazy(lazy.release());
    }
  }

 private:
  explicit promise(detail::reply_channel<T> channel) noexcept : producer_{std::move(channel.producer)} {}

  detail::future_state<T>& state() const {
    if (!producer_) throw promise_already_satisfied{"vicar: this promise was moved from; use the one it was moved to"};
    return *producer_;
  }
  detail::future_state<T>& claim() const {
    detail::future_state<T>& mine = state();
    if (!mine.claim()) {
      throw promise_already_satisfied{
          "vicar: this promise already has its value, exception or hook; make a new promise for the next answer"};
    }
    return mine;
  }
  template <class Factory>
  void store(Factory factory) {
    detail::future_state<T>& mine = claim();
    try {
      mine.store(std::move(factory));
    } catch (...) {
      mine.unclaim();
      throw;
    }
    mine.publish();
  }

  detail::producer_handle<T> producer_;
};

/// Returns a future that is ready with `value`, or without a value.
///@{
template <class T>
[[nodiscard]] future<std::decay_t<T>> make_ready_future(T&& value) {
  if constexpr (detail::check_value<std::decay_t<T>, T>()) {
    detail::reply_channel<std::decay_t<T>> channel;
    channel.producer->claim();
    channel.producer->store([&]() -> std::decay_t<T> { return std::decay_t<T>(std::forward<T>(value)); });
    channel.producer.publish();
    return detail::future_access::make(std::move(channel.consumer));
  } else {
    return {};
  }
}
[[nodiscard]] inline future<void> make_ready_future() {
  detail::reply_channel<void> channel;
  channel.producer->store([] {});
  channel.producer.publish();
  return detail::future_access::make(std::move(channel.consumer));
}
///@}

/// Returns a future that is ready with an exception.
template <class T>
[[nodiscard]] future<T> make_failed_future(std::exception_ptr exception) {
  detail::reply_channel<T> channel;
  channel.producer->store_error(detail::require_exception(std::move(exception)));
  channel.producer.publish();
  return detail::future_access::make(std::move(channel.consumer));
}

namespace detail {

/// Waits for the value of `item`. If it failed, the other failures count as observed, provided that the range can be
/// read again.
template <class Range, class Future>
auto& settled_of(Range& futures, const Future& item, const time_limit& limit) {
  if constexpr (holds_futures<Range>) {
    if (future_access::handle(item).awaited(limit).error()) {
      for (const auto& each : futures) {
        if (const auto& handle = future_access::handle(each)) handle.state().observe();
      }
    }
  }
  return future_access::handle(item).settled(limit);
}

template <class Range>
auto collect(Range&& futures, const time_limit& limit) {
  using value_type = typename element_t<std::remove_cvref_t<Range>>::value_type;
  if constexpr (std::is_void_v<value_type>) {
    for (const auto& each : futures) settled_of(futures, each, limit);
  } else {
    std::vector<value_type> values;
    if constexpr (check_readable_range<value_type, Range>()) {
      if constexpr (futures_are_kept<value_type, Range>) {
        for (const auto& each : futures) values.push_back(settled_of(futures, each, limit).value());
      } else {
        if constexpr (holds_futures<Range>) {
          // No value is moved out before all are ready, so that a timeout or an exception loses none.
          std::size_t count = 0;
          for (const auto& each : futures) {
            settled_of(futures, each, limit);
            ++count;
          }
          values.reserve(count);
        }
        for (const auto& each : futures) future_access::handle(each).extract_to(values, limit);
      }
    }
    return values;
  }
}

}  // namespace detail

/// Returns the values of a range of futures, in its order; nothing for a range of `future<void>`. Blocks until all are
/// ready. Rethrows the first exception that it meets. The futures stay readable, unless their values can only be moved:
/// then the range must be an rvalue.
template <class Range>
[[nodiscard]] auto get_all(Range&& futures) {
  if constexpr (detail::check_futures<std::remove_cvref_t<Range>>())
    return detail::collect(std::forward<Range>(futures), {});
  else
    return detail::placeholder{};
}
/// As above, with one deadline for all of them: throws `timeout_error` when it passes.
template <class Range, class Rep, class Period>
[[nodiscard]] auto get_all(Range&& futures, const std::chrono::duration<Rep, Period>& timeout) {
  if constexpr (detail::check_futures<std::remove_cvref_t<Range>>())
    return detail::collect(std::forward<Range>(futures), detail::time_limit{timeout});
  else
    return detail::placeholder{};
}
/// Rejects a number, with a compile error that says what a timeout is.
template <class Range, class Number>
  requires std::is_arithmetic_v<Number>
auto get_all(Range&&, Number) {
  detail::refuse_number_as_limit<Number>();
  return detail::placeholder{};
}
/// Rejects a list in braces, with a compile error that says what to write instead.
template <class T, std::size_t N, class... Limit>
auto get_all(const future<T> (&&)[N], Limit&&...) {
  static_assert(
      detail::always_false<T>,
      "vicar: get_all needs a range of futures, and a list in braces is not a range; join them: a.join(b).get(), or "
      "put them into a std::vector");
  return detail::placeholder{};
}

}  // namespace vicar

#endif
