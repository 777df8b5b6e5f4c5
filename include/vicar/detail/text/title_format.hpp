// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TEXT_TITLE_FORMAT_HPP
#define VICAR_DETAIL_TEXT_TITLE_FORMAT_HPP

#include <string>
#include <string_view>

#include <fmt/core.h>

#include <vicar/detail/text/format_text.hpp>

namespace vicar::detail {

/// Base class of the formatters of references and proxies: `{}` writes `<kind for title>`, `{:s}` only the title.
class title_format {
 public:
  constexpr auto parse(fmt::format_parse_context& context) {
    auto position = context.begin();
    if (position != context.end() && *position == 's') {
      plain_ = true;
      ++position;
    }
    return position;
  }

 protected:
  // Written character by character: fmt's own functions need its expensive header.
  template <class Context>
  auto write(std::string_view kind, std::string_view title, Context& context) const {
    auto out = context.out();
    const std::string text = plain_ ? std::string{title} : format_text("<{} for {}>", kind, title);
    for (const char c : text) *out++ = c;
    return out;
  }

 private:
  bool plain_ = false;
};

}  // namespace vicar::detail

#endif
