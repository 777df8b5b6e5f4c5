// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/text/urn.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using vicar::detail::make_urn;

TEST_CASE("a URN is a UUID of version 4 in its usual form") {
  constexpr std::string_view form = "urn:uuid:xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
  for (int i = 0; i < 200; ++i) {
    const std::string urn = make_urn();
    REQUIRE(urn.size() == form.size());
    for (std::size_t at = 0; at < form.size(); ++at) {
      if (form[at] == 'x' && at >= 9)
        REQUIRE(std::string_view{"0123456789abcdef"}.find(urn[at]) != std::string_view::npos);
      else if (form[at] == 'v')
        REQUIRE(std::string_view{"89ab"}.find(urn[at]) != std::string_view::npos);
      else
        REQUIRE(urn[at] == form[at]);
    }
  }
}

TEST_CASE("no two URNs are alike, and all random digits vary") {
  std::set<std::string> all;
  std::set<char> first;
  std::set<char> last;
  for (int i = 0; i < 1000; ++i) {
    const std::string urn = make_urn();
    first.insert(urn[9]);
    last.insert(urn.back());
    all.insert(urn);
  }
  CHECK(all.size() == 1000);
  CHECK(first.size() == 16);
  CHECK(last.size() == 16);
}
