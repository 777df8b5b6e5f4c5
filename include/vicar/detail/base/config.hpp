// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_CONFIG_HPP
#define VICAR_DETAIL_BASE_CONFIG_HPP

// Every public header includes this one first. A missing file is the only error after which g++ and Clang stop; after
// `#error`, every use of the missing feature would add an error of its own.
#if __cplusplus < 202002L
#include "vicar: needs C++20; compile with -std=c++20"
#elif !defined(__cpp_exceptions)
#include "vicar: needs exceptions; compile without -fno-exceptions"
#endif

// A process has one registry, one set of thread-local variables and one type identity, even if a shared library is
// built with hidden visibility: the dynamic linker merges everything that carries this mark.
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

// Replaces `inline` for functions without template parameters that take pointers to functions known at the call, so
// that optimised builds call these directly, and for short functions in the path of every message.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define VICAR_INLINE_WHERE_OPTIMISED [[gnu::always_inline]] inline
#else
#define VICAR_INLINE_WHERE_OPTIMISED inline
#endif
// Keeps rarely executed code out of hot code.
#if defined(__GNUC__)
#define VICAR_COLD [[gnu::cold, gnu::noinline]]
#else
#define VICAR_COLD
#endif

// Between these two, a user's argument is converted to the type that the user's function or field declares. A direct
// call with the same literal would not warn; here the compiler sees a variable, and the user could not fix the line.
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

// `consteval`, except for Clang 15, which crashes on the immediate functions in the umbrella header. AppleClang 14.0.3
// is based on Clang 15.
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

/// A variable whose address identifies `T` throughout the process.
template <class T>
VICAR_SHARED inline constexpr char type_tag = 0;

}  // namespace vicar::detail

#endif
