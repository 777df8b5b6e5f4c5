// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_GIVEN_HPP
#define VICAR_DETAIL_META_GIVEN_HPP

#include <vicar/fwd.hpp>

// What the caller of a member gets if the member returns a coroutine or a future: its value, later.
namespace vicar::detail {

template <class Returned>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

template <class Returned>
struct given {
  using type = Returned;
};
template <class T>
struct given<task<T>> {
  using type = T;
};
template <class T>
struct given<future<T>> {
  using type = T;
};
template <class Returned>
using given_t = typename given<Returned>::type;

}  // namespace vicar::detail

#endif
