// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_LAZY_STATE_HPP
#define VICAR_DETAIL_LAZY_STATE_HPP

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

#include <vicar/detail/chrono.hpp>
#include <vicar/detail/copyable.hpp>
#include <vicar/detail/future_handle.hpp>
#include <vicar/detail/future_state.hpp>
#include <vicar/detail/invoke.hpp>
#include <vicar/detail/member_traits.hpp>
#include <vicar/detail/time_limit.hpp>
#include <vicar/error.hpp>

// The kinds of lazy values: `from_hook`, and those that are made from other futures.
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

/// A value made by the user's hook from nothing but the time that is left.
template <class T, class Hook>
class hooked_value final : public lazy_value {
 public:
  hooked_value(future_state<T>& state, Hook hook) : state_{state}, hook_{std::move(hook)} {}

  bool ready() const noexcept override { return false; }
  const future_state_base* wait(const time_limit&) override { return nullptr; }
  void make(const time_limit& limit) override {
    std::optional<std::chrono::nanoseconds> left;
    if (!limit.forever()) left = limit.left();
    try {
      state_.store([&] { return detail::invoke(hook_, left); });
    } catch (const timeout_error&) {
      if (left) throw;  // the caller's limit, not the hook's outcome
      state_.store_error(std::current_exception());
    } catch (...) {
      state_.store_error(std::current_exception());
    }
  }

 private:
  future_state<T>& state_;
  Hook hook_;
};

/// Waits for the outcome of a source without reading it.
template <class T>
void settle(const consumer_handle<T>& source, const time_limit& limit) {
  if (const future_state_base* pending = source.state().await(limit)) pending->throw_timeout(limit);
}

template <class Function, class T>
inline constexpr bool takes_value = false;
template <class Function, class T>
  requires std::same_as<typename member_traits<decltype(&Function::operator())>::parameters, type_list<T>>
inline constexpr bool takes_value<Function, T> = true;
template <class Result, class T>
inline constexpr bool takes_value<Result (*)(T), T> = true;

/// A function that gets the value of a future by reference. One that wants a container by value can be called so by its
/// looks, even where the elements can only be moved.
template <class Function, class T>
concept reads_value = std::invocable<Function&, const T&> && (elements_copyable<T> || !takes_value<Function, T>);

/// A value made by `function` from one source.
template <class T, class Source, class Function>
class mapped_value final : public lazy_value {
 public:
  mapped_value(future_state<T>& state, consumer_handle<Source> source, Function function)
      : state_{state}, source_{std::move(source)}, function_{std::move(function)} {}

  bool ready() const noexcept override { return source_.state().ready(); }
  const future_state_base* wait(const time_limit& limit) override { return source_.state().await_ready(limit); }
  void make(const time_limit& limit) override {
    settle(source_, limit);
    store_outcome(state_, [&]() -> decltype(auto) {
      if constexpr (std::is_void_v<Source>) {
        source_.settled(limit);
        return detail::invoke(function_);
      } else if constexpr (reads_value<Function, Source>) {
        return detail::invoke(function_, std::as_const(source_.settled(limit).value()));
      } else {
        return detail::invoke(function_, source_.extract(limit));
      }
    });
  }

 private:
  future_state<T>& state_;
  consumer_handle<Source> source_;
  Function function_;
};

/// The values of several sources, in their order.
template <class T, class... Sources>
class joined_value final : public lazy_value {
 public:
  joined_value(future_state<T>& state, consumer_handle<Sources>... sources)
      : state_{state}, sources_{std::move(sources)...} {}

  bool ready() const noexcept override {
    return std::apply([](const auto&... source) { return (source.state().ready() && ...); }, sources_);
  }
  const future_state_base* wait(const time_limit& limit) override {
    const future_state_base* pending = nullptr;
    std::apply([&](const auto&... source) { (void)((pending = source.state().await_ready(limit)) || ...); }, sources_);
    return pending;
  }
  void make(const time_limit& limit) override {
    std::apply([&](const auto&... source) { (settle(source, limit), ...); }, sources_);
    store_outcome(state_, [&]() -> T {
      return std::apply(
          [&](const auto&... source) -> T {
            if constexpr (std::is_void_v<T>) {
              (source.settled(limit), ...);
            } else if constexpr ((std::same_as<T, std::vector<Sources>> || ...)) {
              T values;
              values.reserve(sizeof...(source));
              (values.push_back(source.extract(limit)), ...);
              return values;
            } else {
              return T{source.extract(limit)...};
            }
          },
          sources_);
    });
  }

 private:
  future_state<T>& state_;
  std::tuple<consumer_handle<Sources>...> sources_;
};

template <class T>
concept iterable = requires(const T& range) {
  std::begin(range) != std::end(range);
  *std::begin(range);
};

/// What a range holds, which is not always what its iterators give: those of `std::vector<bool>` may give a proxy.
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
struct fold_from {
  Function function;
  Initial initial;

  template <class Range>
  auto operator()(const Range& range) {
    using result = std::decay_t<std::invoke_result_t<Function&, Initial, element_reference_t<Range>>>;
    auto first = std::begin(range);
    const auto last = std::end(range);
    if (!(first != last)) return static_cast<result>(std::move(initial));
    result folded = detail::invoke(function, std::move(initial), *first);
    for (++first; first != last; ++first) folded = detail::invoke(function, std::move(folded), *first);
    return folded;
  }
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
    return folded;
  }
};

/// A state whose value `Lazy` makes, and the handle of its only consumer. It has no producer.
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
