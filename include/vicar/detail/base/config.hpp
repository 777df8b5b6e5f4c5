// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_CONFIG_HPP
#define VICAR_DETAIL_BASE_CONFIG_HPP

// Every public header includes this one first. A file that is missing is the one error after which g++ and Clang stop:
// `#error` would be followed by those of all that needs what is off.
#if __cplusplus < 202002L
#include "vicar: needs C++20; compile with -std=c++20"
#elif !defined(__cpp_exceptions)
#include "vicar: needs exceptions; compile without -fno-exceptions"
#endif

// One registry, one set of thread-local variables and one type identity in a process, also where a shared library is
// built with hidden visibility: what carries this mark is merged by the dynamic linker.
#if defined(__GNUC__) && !defined(_WIN32)
#define VICAR_SHARED __attribute__((visibility("default")))
#else
#define VICAR_SHARED
#endif

#if defined(__SANITIZE_ADDRESS__)
#define VICAR_SANITIZES_ADDRESSES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VICAR_SANITIZES_ADDRESSES 1
#endif
#endif
#if !defined(VICAR_SANITIZES_ADDRESSES)
#define VICAR_SANITIZES_ADDRESSES 0
#endif

// Instead of `inline`, for functions without template parameters that are given functions known where they are called:
// so that the calls through these pointers become direct ones where anybody cares for speed.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define VICAR_INLINE_WHERE_OPTIMISED [[gnu::always_inline]] inline
#else
#define VICAR_INLINE_WHERE_OPTIMISED inline
#endif
// What hardly ever runs stays out of what does.
#if defined(__GNUC__)
#define VICAR_COLD [[gnu::cold, gnu::noinline]]
#else
#define VICAR_COLD
#endif

// Between these two, what the user passes is converted to what his own function or field declares. A call with the same
// literal would be silent in his code; here the compiler sees a variable, and he could not correct the line.
#if defined(__GNUC__)
#define VICAR_CONVERSIONS_BEGIN                                                                                        \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wconversion\"")                                    \
      _Pragma("GCC diagnostic ignored \"-Wsign-conversion\"") _Pragma("GCC diagnostic ignored \"-Wfloat-conversion\"") \
          _Pragma("GCC diagnostic ignored \"-Wdouble-promotion\"")
#define VICAR_CONVERSIONS_END _Pragma("GCC diagnostic pop")
#else
#define VICAR_CONVERSIONS_BEGIN
#define VICAR_CONVERSIONS_END
#endif

// `consteval`, except for Clang 15, which crashes at the immediate functions in the umbrella header. AppleClang 14.0.3
// is made of Clang 15.
#if defined(__clang__) && \
    (defined(__apple_build_version__) ? __clang_major__ == 14 && __clang_patchlevel__ >= 3 : __clang_major__ == 15)
#define VICAR_CONSTEVAL constexpr
#else
#define VICAR_CONSTEVAL consteval
#endif

namespace vicar::detail {

/// False for any type, but only once a template is instantiated.
template <class...>
inline constexpr bool always_false = false;

/// A variable whose address identifies `T` in the whole process.
template <class T>
VICAR_SHARED inline constexpr char type_tag = 0;

}  // namespace vicar::detail

#endif
