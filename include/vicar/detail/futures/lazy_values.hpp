// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_LAZY_VALUES_HPP
#define VICAR_DETAIL_FUTURES_LAZY_VALUES_HPP

#include <concepts>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/futures/lazy_value.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/invoke.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/error.hpp>

// The kinds of lazy values: `from_hook`, and those computed from other futures.
namespace vicar::detail {

/// Stores what `function` returns or throws.
template <class T, class Function>
void store_outcome(future_state<T>& state, Function&& function) noexcept {
  try {
    state.store(std::forward<Function>(function));
  } catch (...) {
    state.store_error(std::current_exception());
  }
}

/// A member that can be destroyed before its owner.
template <class T>
class droppable {
 public:
  template <class... Arguments>
  explicit droppable(Arguments&&... arguments) : value_{std::forward<Arguments>(arguments)...} {}
  ~droppable() { drop(); }
  droppable(const droppable&) = delete;
  droppable& operator=(const droppable&) = delete;

  T& operator*() noexcept { return value_; }
  void drop() noexcept {
    if (std::exchange(there_, false)) std::destroy_at(std::addressof(value_));
  }

 private:
  union {
    T value_;
  };
  bool there_ = true;
};

/// A value computed by the user's hook, whose only argument is the time that is left.
template <class T, class Hook>
class hooked_value final : public lazy_value {
 public:
  hooked_value(future_state<T>& state, Hook hook) : lazy_value{{}}, state_{state}, hook_{std::move(hook)} {}

 private:
  void make(const time_limit& limit) override {
    std::optional<std::chrono::nanoseconds> left;
    if (!limit.forever()) left = limit.left();
    try {
      state_.store([&] { return detail::invoke(*hook_, left); });
    } catch (const timeout_error&) {
      if (left) throw;  // the caller's timeout, not the hook's outcome
      state_.store_error(std::current_exception());
    } catch (...) {
      state_.store_error(std::current_exception());
    }
  }
  void drop_inputs() noexcept override { hook_.drop(); }

  future_state<T>& state_;
  droppable<Hook> hook_;
};

template <class Function, class T>
inline constexpr bool takes_value = false;
template <class Function, class T>
  requires std::same_as<typename member_traits<decltype(&Function::operator())>::parameters, type_list<T>>
inline constexpr bool takes_value<Function, T> = true;
template <class Result, class T>
inline constexpr bool takes_value<Result (*)(T), T> = true;

/// A function that takes the value of a future by reference. A function that takes a container by value satisfies
/// `std::invocable` even if the elements can only be moved, hence the second condition.
template <class Function, class T>
concept reads_value = std::invocable<Function&, const T&> && (elements_copyable<T> || !takes_value<Function, T>);

/// A value computed by `function` from one source.
template <class T, class Source, class Function>
class mapped_value final : public lazy_value {
 public:
  mapped_value(future_state<T>& state, consumer_handle<Source> source, Function function)
      : lazy_value{{&source_state_, 1}},
        state_{state},
        source_state_{&source.state()},
        inputs_{std::move(source), std::move(function)} {}

 private:
  struct inputs {
    consumer_handle<Source> source;
    Function function;
  };

  void make(const time_limit& limit) override {
    inputs& from = *inputs_;
    store_outcome(state_, [&]() -> decltype(auto) {
      if constexpr (std::is_void_v<Source>) {
        from.source.settled(limit);
        return detail::invoke(from.function);
      } else if constexpr (reads_value<Function, Source>) {
        return detail::invoke(from.function, std::as_const(from.source.settled(limit).value()));
      } else {
        return detail::invoke(from.function, from.source.extract(limit));
      }
    });
  }
  void drop_inputs() noexcept override { inputs_.drop(); }

  future_state<T>& state_;
  future_state_base* source_state_;
  droppable<inputs> inputs_;
};

/// The value of another future, for a member that returns a future.
template <class T>
class forwarded_value final : public lazy_value {
 public:
  forwarded_value(future_state<T>& state, consumer_handle<T> source)
      : lazy_value{{&source_state_, 1}}, state_{state}, source_state_{&source.state()}, source_{std::move(source)} {}

 private:
  void make(const time_limit& limit) override {
    store_outcome(state_, [&] { return (*source_).extract(limit); });
  }
  void drop_inputs() noexcept override { source_.drop(); }

  future_state<T>& state_;
  future_state_base* source_state_;
  droppable<consumer_handle<T>> source_;
};

/// The values of several sources, in the order of the sources.
template <class T, class... Sources>
class joined_value final : public lazy_value {
 public:
  joined_value(future_state<T>& state, consumer_handle<Sources>... sources)
      : lazy_value{{source_states_, sizeof...(Sources)}},
        state_{state},
        source_states_{&sources.state()...},
        sources_{std::move(sources)...} {}

 private:
  void make(const time_limit& limit) override {
    store_outcome(state_, [&]() -> T {
      return std::apply(
          [&](const auto&... source) -> T {
            // Only the first failure is rethrown; the others count as observed.
            if ((source.state().error() || ...)) (source.state().observe(), ...);
            if constexpr (std::is_void_v<T>) {
              (source.settled(limit), ...);
            } else if constexpr ((std::same_as<T, std::vector<Sources>> || ...)) {
              T values;
              values.reserve(sizeof...(source));
              (source.extract_to(values, limit), ...);
              return values;
            } else {
              return T{source.extract(limit)...};
            }
          },
          *sources_);
    });
  }
  void drop_inputs() noexcept override { sources_.drop(); }

  future_state<T>& state_;
  future_state_base* source_states_[sizeof...(Sources)];
  droppable<std::tuple<consumer_handle<Sources>...>> sources_;
};

template <class T>
concept iterable = requires(const T& range) {
  std::begin(range) != std::end(range);
  *std::begin(range);
};

/// The element type of a range. Dereferencing an iterator may yield a proxy instead, as for `std::vector<bool>`.
template <class Iterator>
struct element_of {
  using type = std::remove_cvref_t<decltype(*std::declval<Iterator&>())>;
};
template <class Iterator>
  requires requires { typename std::iter_value_t<Iterator>; }
struct element_of<Iterator> {
  using type = std::iter_value_t<Iterator>;
};
template <class Range>
using element_t = typename element_of<decltype(std::begin(std::declval<const Range&>()))>::type;
template <class Range>
using element_reference_t = decltype(*std::begin(std::declval<const Range&>()));

/// The function behind `filter`.
template <class Predicate>
struct keep_matching {
  Predicate predicate;

  template <class Range>
  std::vector<element_t<Range>> operator()(const Range& range) {
    std::vector<element_t<Range>> kept;
    for (const auto& element : range) {
      if (detail::invoke(predicate, element)) kept.push_back(element);
    }
    return kept;
  }
};

/// The function behind `reduce` with an initial value.
template <class Function, class Initial>
class fold_from {
 public:
  fold_from(Function combine, Initial&& start) : function_{std::move(combine)}, initial_(std::move(start)) {}

  template <class Range>
  auto operator()(const Range& range) {
    using result = std::decay_t<std::invoke_result_t<Function&, Initial, element_reference_t<Range>>>;
    auto first = std::begin(range);
    const auto last = std::end(range);
    if (!(first != last)) return static_cast<result>(std::move(initial_));
    result folded(detail::invoke(function_, std::move(initial_), *first));
    for (++first; first != last; ++first) folded = detail::invoke(function_, std::move(folded), *first);
    return result(std::move(folded));
  }

 private:
  Function function_;
  Initial initial_;
};

/// The function behind `reduce` without one.
template <class Function>
struct fold_first {
  Function function;

  template <class Range>
  auto operator()(const Range& range) {
    using result = std::decay_t<std::invoke_result_t<Function&, element_t<Range>, element_reference_t<Range>>>;
    auto first = std::begin(range);
    const auto last = std::end(range);
    if (!(first != last)) {
      throw std::invalid_argument{"vicar: reduce of an empty range has no value; give reduce an initial value"};
    }
    result folded = static_cast<result>(element_t<Range>(*first));
    for (++first; first != last; ++first) folded = detail::invoke(function, std::move(folded), *first);
    return result(std::move(folded));
  }
};

/// Makes a state whose value `Lazy` computes, and returns the handle of its only consumer. The state has no producer.
template <class T, class Lazy, class... Arguments>
consumer_handle<T> make_lazy(Arguments&&... arguments) {
  auto* state = new future_state<T>;
  consumer_handle<T> handle = consumer_handle<T>::adopt(state);
  state->drop_producer();
  state->claim();
  state->set_lazy(new Lazy(*state, std::forward<Arguments>(arguments)...));
  return handle;
}

}  // namespace vicar::detail

#endif
