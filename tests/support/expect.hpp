// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_EXPECT_HPP
#define VICAR_TESTS_SUPPORT_EXPECT_HPP

#include <exception>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Checks of exceptions and texts that work with Catch2 2 and 3.
namespace support {

/// Equal to a text that has all of these parts: `CHECK(text == containing("adder", "add_one"))` shows the text when it
/// fails.
class containing {
 public:
  template <class... Parts>
  explicit containing(const Parts&... parts) : parts_{std::string{parts}...} {}

  friend bool operator==(std::string_view text, const containing& wanted) {
    for (const std::string& part : wanted.parts_) {
      if (text.find(part) == std::string_view::npos) return false;
    }
    return true;
  }
  friend std::ostream& operator<<(std::ostream& out, const containing& wanted) {
    out << "a text with";
    for (const std::string& part : wanted.parts_) out << " \"" << part << '"';
    return out;
  }

 private:
  std::vector<std::string> parts_;
};

/// The exception that `action` throws; null if it throws nothing.
template <class Action>
std::exception_ptr thrown_by(Action&& action) {
  try {
    static_cast<void>(std::forward<Action>(action)());
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

/// The result of `error_text` if nothing was thrown.
inline constexpr std::string_view nothing_thrown = "(nothing was thrown)";

/// The text of the `Expected` that `action` throws; another text, which begins with `(`, if it does not.
template <class Expected, class Action>
std::string error_text(Action&& action) {
  try {
    static_cast<void>(std::forward<Action>(action)());
  } catch (const Expected& caught) {
    return caught.what();
  } catch (const std::exception& caught) {
    return std::string{"(another exception) "} + caught.what();
  } catch (...) {
    return "(an exception that is not a std::exception)";
  }
  return std::string{nothing_thrown};
}

}  // namespace support

#endif
