// SPDX-License-Identifier: BSL-1.0
// The stop token for standard libraries without std::stop_token, forced here.
#include <version>
#undef __cpp_lib_jthread
#include <vicar/stop_token.hpp>

#include <thread>
#include <type_traits>

#include "support/catch.hpp"
#include "support/threads.hpp"

static_assert(std::is_class_v<vicar::stop_token>);

TEST_CASE("the library's own stop token is stopped once") {
  const vicar::stop_token none;
  CHECK_FALSE(none.stop_possible());
  CHECK_FALSE(none.stop_requested());
  CHECK_FALSE(vicar::stop_source{vicar::nostopstate}.request_stop());
  vicar::stop_source source;
  const vicar::stop_token token = source.get_token();
  CHECK(token.stop_possible());
  CHECK_FALSE(token.stop_requested());
  CHECK(source.request_stop());
  CHECK_FALSE(source.request_stop());
  CHECK(token.stop_requested());
}

TEST_CASE("a thread that sees a stop request sees the writes before it") {
  // ThreadSanitizer sees whether the token orders the two.
  int written = 0;
  int seen = 0;
  vicar::stop_source source;
  {
    const support::joined_thread reader{[&, token = source.get_token()] {
      while (!token.stop_requested()) std::this_thread::yield();
      seen = written;
    }};
    written = 7;
    source.request_stop();
  }
  CHECK(seen == 7);
}
