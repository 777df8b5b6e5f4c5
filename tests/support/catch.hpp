// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_CATCH_HPP
#define VICAR_TESTS_SUPPORT_CATCH_HPP

// Catch2 3, or 2.13 as Debian 12 has it, under the names of 3. Its assertions are not thread-safe: use one thread.
#if __has_include(<catch2/catch_test_macros.hpp>)

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_predicate.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#else

#include <string>

#include <catch2/catch.hpp>

namespace Catch::Matchers {

inline auto ContainsSubstring(const std::string& text, CaseSensitive::Choice sensitive = CaseSensitive::Yes) {
  return Contains(text, sensitive);
}

}  // namespace Catch::Matchers

#endif

#endif
