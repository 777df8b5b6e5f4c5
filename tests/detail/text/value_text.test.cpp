// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/text/value_text.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/expect.hpp"

using vicar::detail::append_item;
using vicar::detail::message_text;
using vicar::detail::read_text;
using vicar::detail::readable_text;
using vicar::detail::some_marked;
using vicar::detail::value_text;

namespace example {

struct unmarked {
  int number = 1;
  void play() {}
};
struct marked {
  int number = 2;
};
struct formattable {
  int number = 3;
};
/// Converts to a text.
struct title {
  std::string text;
  operator std::string_view() const { return text; }  // NOLINT: converts
};
enum class color { red };

}  // namespace example

template <>
inline constexpr bool vicar::enable_inspection<example::marked> = true;

/// As inspect.hpp has it for all marked types.
template <>
struct vicar::detail::inspector<example::marked> {
  static std::string text(const example::marked& value) { return fmt::format("marked #{}", value.number); }
};

template <>
struct fmt::formatter<example::formattable> : fmt::formatter<int> {
  template <class Context>
  auto format(const example::formattable& value, Context& context) const {
    return fmt::formatter<int>::format(value.number, context);
  }
};

TEST_CASE("a message is printed by its type's name, and by its value if that is marked") {
  CHECK(message_text(example::unmarked{}) == "example::unmarked");
  CHECK(message_text(5) == "int");
  CHECK(message_text(example::formattable{}) == "example::formattable");
  CHECK(message_text(example::marked{}) == "marked #2");
}

TEST_CASE("a value is printed as fmt prints it, and otherwise by its type's name") {
  CHECK(value_text(5) == "5");
  CHECK(value_text(true) == "true");
  CHECK(value_text(1.5) == "1.5");
  CHECK(value_text(example::formattable{}) == "3");
  CHECK(value_text(example::marked{}) == "marked #2");
  CHECK(value_text(example::unmarked{}) == "example::unmarked");
  CHECK(value_text(example::color::red) == "example::color");
  CHECK(value_text(std::make_unique<int>(1)) == support::containing("unique_ptr", "int"));
}

TEST_CASE("texts are quoted and escaped") {
  CHECK(value_text(std::string{"two words"}) == R"("two words")");
  CHECK(value_text(std::string_view{"a\"b\n"}) == R"("a\"b\n")");
  CHECK(value_text("literal") == R"("literal")");
  CHECK(value_text(std::string{}) == R"("")");
  CHECK(value_text(example::title{"own"}) == R"("own")");
  const char* const pointer = "pointed to";
  CHECK(value_text(pointer) == R"("pointed to")");
}

TEST_CASE("an array is read up to its first null, or to its end") {
  const char full[3] = {'a', 'b', 'c'};
  const char buffer[8] = {'a', 'b', '\0', 'x'};
  CHECK(value_text(full) == R"("abc")");
  CHECK(value_text(buffer) == R"("ab")");
  CHECK(read_text(full) == "abc");
  CHECK(read_text(buffer) == "ab");
  const std::string with_null{"a\0b", 3};
  CHECK(read_text(with_null).size() == 3);
}

TEST_CASE("pointers are printed by their type, and null as such") {
  int number = 1;
  CHECK(value_text(&number) == support::containing("int", "*"));
  CHECK(value_text(static_cast<int*>(nullptr)) == "null");
  CHECK(value_text(nullptr) == "null");
  CHECK(value_text(static_cast<const char*>(nullptr)) == "null");
  CHECK(value_text(static_cast<void*>(nullptr)) == "null");
  CHECK(value_text(static_cast<void*>(&number)) == support::containing("void", "*"));
  CHECK(value_text(&example::unmarked::number) == support::containing("example::unmarked::*"));
  CHECK(value_text(&example::unmarked::play) == support::containing("example::unmarked::*"));
  CHECK(value_text(static_cast<int example::unmarked::*>(nullptr)) == "null");
}

TEST_CASE("a pointer to mutable characters is not read, since a buffer need not be terminated") {
  char buffer[2] = {'a', 'b'};
  char* const pointer = buffer;
  CHECK(value_text(pointer) == support::containing("char", "*"));
  CHECK(value_text(static_cast<char*>(nullptr)) == "null");
  STATIC_REQUIRE_FALSE(readable_text<char*>);
  STATIC_REQUIRE_FALSE(readable_text<std::nullptr_t>);
  STATIC_REQUIRE_FALSE(readable_text<int>);
  STATIC_REQUIRE_FALSE(readable_text<std::vector<char>>);
  STATIC_REQUIRE(readable_text<const char*>);
  STATIC_REQUIRE(readable_text<char[4]>);
  STATIC_REQUIRE(readable_text<std::string>);
  STATIC_REQUIRE(readable_text<example::title>);
}

TEST_CASE("items are separated by commas") {
  std::string list;
  append_item(list, "1");
  CHECK(list == "1");
  append_item(list, "two");
  append_item(list, "3");
  CHECK(list == "1, two, 3");
}

TEST_CASE("arguments of which one is marked are found, also as references") {
  STATIC_REQUIRE(some_marked<example::marked>);
  STATIC_REQUIRE(some_marked<int, const example::marked&>);
  STATIC_REQUIRE(some_marked<example::marked&&, int>);
  STATIC_REQUIRE_FALSE(some_marked<>);
  STATIC_REQUIRE_FALSE(some_marked<int, example::unmarked>);
}
