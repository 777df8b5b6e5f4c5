// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_FIELDS_HPP
#define VICAR_DETAIL_META_FIELDS_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include <boost/pfr/tuple_size.hpp>

#include <vicar/detail/base/config.hpp>

// Visits the fields of an aggregate. Boost.PFR counts them. The structured bindings are written out here, because since
// Boost 1.82 those of Boost.PFR bind each field to a reference, which is ill-formed for a bit-field.

namespace vicar::detail {

/// Passed instead of a bit-field, which a reference cannot refer to.
struct bit_field {};

/// The number of fields that `visit_fields` can bind.
inline constexpr std::size_t most_fields = 100;

/// A field that is not a reference lies within the object. A bit-field does not: the reference refers to a copy.
template <class Declared, class T, class Visitor, class Field>
void visit_field(const T& object, Visitor& visitor, const Field& field) {
  const auto begin = reinterpret_cast<std::uintptr_t>(std::addressof(object));
  const auto address = reinterpret_cast<std::uintptr_t>(std::addressof(field));
  if (std::is_reference_v<Declared> || (address >= begin && address - begin < sizeof(T)))
    visitor(field);
  else
    visitor(bit_field{});
}

template <class... Declared, class T, class Visitor, class... Fields>
void visit_each_field(const T& object, Visitor& visitor, const Fields&... fields) {
  (visit_field<Declared>(object, visitor, fields), ...);
}

// Field names end in two digits. A count is split into full tens and the rest, from 1 to 10: VICAR_TENS_<tens> lists
// the names of the full tens, VICAR_RESTS_<rest> those of the rest.
#define VICAR_TYPE_OF(name) decltype(name)
#define VICAR_NAME_OF(name) name
#define VICAR_RESTS_1(what, ten) what(field##ten##0)
#define VICAR_RESTS_2(what, ten) VICAR_RESTS_1(what, ten), what(field##ten##1)
#define VICAR_RESTS_3(what, ten) VICAR_RESTS_2(what, ten), what(field##ten##2)
#define VICAR_RESTS_4(what, ten) VICAR_RESTS_3(what, ten), what(field##ten##3)
#define VICAR_RESTS_5(what, ten) VICAR_RESTS_4(what, ten), what(field##ten##4)
#define VICAR_RESTS_6(what, ten) VICAR_RESTS_5(what, ten), what(field##ten##5)
#define VICAR_RESTS_7(what, ten) VICAR_RESTS_6(what, ten), what(field##ten##6)
#define VICAR_RESTS_8(what, ten) VICAR_RESTS_7(what, ten), what(field##ten##7)
#define VICAR_RESTS_9(what, ten) VICAR_RESTS_8(what, ten), what(field##ten##8)
#define VICAR_RESTS_10(what, ten) VICAR_RESTS_9(what, ten), what(field##ten##9)
#define VICAR_TENS_0(what)
#define VICAR_TENS_1(what) VICAR_TENS_0(what) VICAR_RESTS_10(what, 0),
#define VICAR_TENS_2(what) VICAR_TENS_1(what) VICAR_RESTS_10(what, 1),
#define VICAR_TENS_3(what) VICAR_TENS_2(what) VICAR_RESTS_10(what, 2),
#define VICAR_TENS_4(what) VICAR_TENS_3(what) VICAR_RESTS_10(what, 3),
#define VICAR_TENS_5(what) VICAR_TENS_4(what) VICAR_RESTS_10(what, 4),
#define VICAR_TENS_6(what) VICAR_TENS_5(what) VICAR_RESTS_10(what, 5),
#define VICAR_TENS_7(what) VICAR_TENS_6(what) VICAR_RESTS_10(what, 6),
#define VICAR_TENS_8(what) VICAR_TENS_7(what) VICAR_RESTS_10(what, 7),
#define VICAR_TENS_9(what) VICAR_TENS_8(what) VICAR_RESTS_10(what, 8),
#define VICAR_VISIT_WHERE(tens, rest)                                                                \
  if constexpr (count == tens * 10 + rest) {                                                         \
    const auto& [VICAR_TENS_##tens(VICAR_NAME_OF) VICAR_RESTS_##rest(VICAR_NAME_OF, tens)] = object; \
    visit_each_field<VICAR_TENS_##tens(VICAR_TYPE_OF) VICAR_RESTS_##rest(VICAR_TYPE_OF, tens)>(      \
        object, visitor, VICAR_TENS_##tens(VICAR_NAME_OF) VICAR_RESTS_##rest(VICAR_NAME_OF, tens));  \
  }
#define VICAR_VISIT_TEN(tens) \
  VICAR_VISIT_WHERE(tens, 1)  \
  VICAR_VISIT_WHERE(tens, 2)  \
  VICAR_VISIT_WHERE(tens, 3)  \
  VICAR_VISIT_WHERE(tens, 4)  \
  VICAR_VISIT_WHERE(tens, 5)  \
  VICAR_VISIT_WHERE(tens, 6)  \
  VICAR_VISIT_WHERE(tens, 7)  \
  VICAR_VISIT_WHERE(tens, 8)  \
  VICAR_VISIT_WHERE(tens, 9)  \
  VICAR_VISIT_WHERE(tens, 10)

/// Calls the visitor with each field in order, and with a `bit_field` for each bit-field.
template <class T, class Visitor>
void visit_fields(const T& object, Visitor visitor) {
  constexpr std::size_t count = boost::pfr::tuple_size_v<T>;
  static_assert(count <= most_fields,
                "vicar: this aggregate has more than 100 fields and cannot be printed; give it a fmt::formatter");
  VICAR_VISIT_TEN(0)
  VICAR_VISIT_TEN(1)
  VICAR_VISIT_TEN(2)
  VICAR_VISIT_TEN(3)
  VICAR_VISIT_TEN(4)
  VICAR_VISIT_TEN(5)
  VICAR_VISIT_TEN(6)
  VICAR_VISIT_TEN(7)
  VICAR_VISIT_TEN(8)
  VICAR_VISIT_TEN(9)
}

}  // namespace vicar::detail

#undef VICAR_TYPE_OF
#undef VICAR_NAME_OF
#undef VICAR_RESTS_1
#undef VICAR_RESTS_2
#undef VICAR_RESTS_3
#undef VICAR_RESTS_4
#undef VICAR_RESTS_5
#undef VICAR_RESTS_6
#undef VICAR_RESTS_7
#undef VICAR_RESTS_8
#undef VICAR_RESTS_9
#undef VICAR_RESTS_10
#undef VICAR_TENS_0
#undef VICAR_TENS_1
#undef VICAR_TENS_2
#undef VICAR_TENS_3
#undef VICAR_TENS_4
#undef VICAR_TENS_5
#undef VICAR_TENS_6
#undef VICAR_TENS_7
#undef VICAR_TENS_8
#undef VICAR_TENS_9
#undef VICAR_VISIT_WHERE
#undef VICAR_VISIT_TEN

#endif
