// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/meta/conversion.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include <support/catch.hpp>
#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/future.hpp>
#include <vicar/overload.hpp>
#include <vicar/traversable.hpp>

namespace {

using vicar::detail::kept_arguments;
using vicar::detail::kept_for;
using vicar::detail::type_list;

struct shape {
  virtual ~shape() = default;
  virtual std::string name() const { return "shape"; }
};
struct circle final : shape {
  std::string name() const override { return "circle"; }
};

/// Refers to a text, without being marked as a view.
struct text_pointer {
  text_pointer(const std::string& text) : begin{text.data()}, size{text.size()} {}  // NOLINT: converts
  const char* begin;
  std::size_t size;
};
/// Refers to its source, with a copy constructor of its own.
struct matrix_reference {
  matrix_reference(const std::vector<double>& all) : to{&all} {}  // NOLINT: converts
  matrix_reference(const matrix_reference& other) : to{other.to} {}
  const std::vector<double>* to;
};
struct fahrenheit {
  double degrees;
};
struct celsius {
  celsius(fahrenheit f) : degrees{(f.degrees - 32) / 1.8} {}  // NOLINT: converts
  double degrees;
};

template <class Parameter, class Argument>
using kept_t = typename kept_for<Parameter, Argument>::type;

}  // namespace

template <>
inline constexpr bool vicar::enable_view_parameter<matrix_reference> = true;

TEST_CASE("a message keeps an argument in the parameter's type") {
  STATIC_REQUIRE(std::is_same_v<kept_t<const std::string&, const char*>, std::string>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::string, char(&)[80]>, std::string>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::string&&, const char(&)[4]>, std::string>);
  STATIC_REQUIRE(std::is_same_v<kept_t<const std::vector<int>&, std::initializer_list<int>&>, std::vector<int>>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::unique_ptr<shape>, std::unique_ptr<circle>>, std::unique_ptr<shape>>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::unique_ptr<int>, std::nullptr_t>, std::unique_ptr<int>>);
  STATIC_REQUIRE(std::is_same_v<kept_t<double, int&>, double>);
  STATIC_REQUIRE(std::is_same_v<kept_t<const shape*, circle*>, const shape*>);
  STATIC_REQUIRE(std::is_same_v<kept_t<celsius, fahrenheit>, celsius>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::function<int()>, int (*)()>, std::function<int()>>);
  STATIC_REQUIRE(std::is_same_v<kept_t<int, const std::atomic<int>&>, int>);
}

TEST_CASE("a message keeps an argument in its own type where a conversion would lose or share something") {
  STATIC_REQUIRE(std::is_same_v<kept_t<const shape&, circle>, circle>);
  STATIC_REQUIRE(std::is_same_v<kept_t<shape, circle&>, circle>);
  STATIC_REQUIRE(std::is_same_v<kept_t<const shape&, std::reference_wrapper<circle>>, std::reference_wrapper<circle>>);
  STATIC_REQUIRE(
      std::is_same_v<kept_t<std::string&, std::reference_wrapper<std::string>>, std::reference_wrapper<std::string>>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::reference_wrapper<int>, int&>, int>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::string_view, std::string&>, std::string>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::optional<std::string_view>, std::string&>, std::string>);
  STATIC_REQUIRE(std::is_same_v<kept_t<text_pointer, std::string&>, std::string>);
  STATIC_REQUIRE(std::is_same_v<kept_t<const matrix_reference&, std::vector<double>&>, std::vector<double>>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::string, std::string_view>, std::string_view>);  // explicit
  STATIC_REQUIRE(std::is_same_v<kept_t<void, const char(&)[4]>, const char*>);
}

TEST_CASE("a view looks at text that its message owns") {
  STATIC_REQUIRE(std::is_same_v<kept_t<std::string_view, const char(&)[4]>, std::string>);
  STATIC_REQUIRE(std::is_same_v<kept_t<const std::wstring_view&, wchar_t(&)[4]>, std::wstring>);
  STATIC_REQUIRE(std::is_same_v<kept_t<std::string_view, std::string_view>, std::string_view>);
}

TEST_CASE("a call that leaves out default arguments converts the given ones") {
  using parameters = type_list<const std::string&, int, double>;
  STATIC_REQUIRE(std::is_same_v<kept_arguments<parameters, const char*>::type, type_list<std::string>>);
  STATIC_REQUIRE(std::is_same_v<kept_arguments<parameters, const char*, char>::type, type_list<std::string, int>>);
  STATIC_REQUIRE(std::is_same_v<kept_arguments<parameters>::type, type_list<>>);
  STATIC_REQUIRE(
      std::is_same_v<kept_arguments<vicar::detail::unknown_parameters, const char*>::type, type_list<const char*>>);
}

namespace {

/// Converts from a number, and records the converting thread.
struct converted {
  converted(int value) : made_by{std::this_thread::get_id()} {  // NOLINT: converts
    if (value < 0) throw std::invalid_argument{"negative"};
  }
  std::thread::id made_by;
};

struct part {
  std::string write(const std::string& text) { return text; }
};

struct writer {
  std::string write(const std::string& text) { return text; }
  std::string write_twice(const std::string& text, int times = 2) {
    std::string all;
    for (; times > 0; --times) all += text;
    return all;
  }
  std::string look(std::string_view text) { return std::string{text}; }
  static std::string repeat(const std::string& text) { return text; }
  std::thread::id converts(const converted& argument) { return argument.made_by; }
  std::size_t count(const std::vector<int>& all) { return all.size(); }
  std::string both(const std::string& text) { return text; }
  std::string both(int) { return {}; }
  std::string draw(const shape& drawn) { return drawn.name(); }
  std::string on_receive(const std::string& text) { return text; }
  void set_title(std::string value) { title = std::move(value); }
  const std::string& get_title() const { return title; }

  std::string title;
  std::vector<int> numbers;
  std::function<std::string(const std::string&)> function = [](const std::string& text) { return text; };
  vicar::traversable<part> inner;
};

/// Text in a buffer that is overwritten once the message is sent.
class passing_text {
 public:
  const char* pointer() const { return buffer_.data(); }
  std::string read(const vicar::future<std::string>& sent) {
    buffer_.fill('x');
    hold_.set_value();
    return sent.get();
  }
  explicit passing_text(const vicar::actor_proxy<writer>& proxy) {
    proxy.call([held = hold_.get_future()](writer&) { held.wait(); });
  }

 private:
  std::array<char, 32> buffer_{"long enough for the heap, yes"};
  vicar::promise<void> hold_;
};
constexpr std::string_view passed = "long enough for the heap, yes";

}  // namespace

VICAR_PROXY(part, write)
VICAR_PROXY(writer, write, write_twice, look, repeat, converts, count, both, draw, title, numbers, function, inner,
            VICAR_PROPERTY(headline, get_title, set_title))

TEST_CASE("a text that an argument points to is copied before the call returns") {
  const auto ref = vicar::start<writer>();
  const auto proxy = ref.proxy();
  passing_text text{proxy};
  SECTION("by name") { CHECK(text.read(proxy->write(text.pointer())) == passed); }
  SECTION("by name, without default arguments") {
    CHECK(text.read(proxy->write_twice(text.pointer())) == std::string{passed} + std::string{passed});
  }
  SECTION("a static method") { CHECK(text.read(proxy->repeat(text.pointer())) == passed); }
  SECTION("by pointer") { CHECK(text.read(proxy.call(&writer::write, text.pointer())) == passed); }
  SECTION("by constant member pointer") { CHECK(text.read(ref.call<&writer::write>(text.pointer())) == passed); }
  SECTION("a static method by constant") { CHECK(text.read(ref.call<&writer::repeat>(text.pointer())) == passed); }
  SECTION("a picked overload") {
    CHECK(text.read(proxy.call(vicar::overload<const std::string&>(&writer::both), text.pointer())) == passed);
  }
  SECTION("a bound method") { CHECK(text.read(proxy.method<&writer::write>()(text.pointer())) == passed); }
  SECTION("nested") { CHECK(text.read(proxy->inner->write(text.pointer())) == passed); }
  SECTION("a lambda") {
    const auto echo = [](writer&, const std::string& echoed) { return echoed; };
    CHECK(text.read(proxy.call(echo, text.pointer())) == passed);
  }
  SECTION("a field that is called") { CHECK(text.read(proxy->function(text.pointer())) == passed); }
  SECTION("a message") { CHECK(text.read(ref.ask(text.pointer())) == passed); }
  SECTION("a field") {
    const auto written = proxy->title.set(text.pointer());
    CHECK(text.read(proxy->title.read()) == passed);
  }
  SECTION("a field by pointer") {
    const auto written = proxy.set(&writer::title, text.pointer());
    CHECK(text.read(proxy.get(&writer::title)) == passed);
  }
  SECTION("a property") {
    const auto written = proxy->headline.set(text.pointer());
    CHECK(text.read(proxy->title.read()) == passed);
  }
  SECTION("deferred") {
    proxy.defer<&writer::set_title>(text.pointer());
    CHECK(text.read(proxy->title.read()) == passed);
  }
  ref.stop().get();
}

TEST_CASE("conversions run on the sender's thread, and their exceptions reach the sender") {
  const auto proxy = vicar::start<writer>().proxy();
  CHECK(proxy->converts(1).get() == std::this_thread::get_id());
  CHECK(proxy.call(&writer::converts, 1).get() == std::this_thread::get_id());
  CHECK_THROWS_AS(proxy->converts(-1), std::invalid_argument);
  CHECK_THROWS_AS(proxy->converts.defer(-1), std::invalid_argument);
  CHECK(proxy.ref().is_alive());
  proxy.stop().get();
}

TEST_CASE("a list becomes the container that the parameter or the field is") {
  const auto proxy = vicar::start<writer>().proxy();
  auto list = {1, 2, 3};
  CHECK(proxy->count(list).get() == 3);
  proxy->numbers = list;
  CHECK(proxy->numbers.get() == std::vector<int>{1, 2, 3});
  proxy.stop().get();
}

TEST_CASE("a literal, a buffer and a string may be passed to a view") {
  const auto proxy = vicar::start<writer>().proxy();
  char buffer[40] = "in a buffer that is overwritten";
  const auto seen = proxy->look(buffer);
  buffer[0] = 'x';
  CHECK(seen.get() == "in a buffer that is overwritten");
  CHECK(proxy->look("literal").get() == "literal");
  CHECK(proxy->look(std::string{"string"}).get() == "string");
  proxy.stop().get();
}

TEST_CASE("an object of a derived class arrives whole") {
  const auto proxy = vicar::start<writer>().proxy();
  const circle round;
  CHECK(proxy->draw(round).get() == "circle");
  CHECK(proxy->draw(circle{}).get() == "circle");
  CHECK(proxy->draw(std::ref(static_cast<const shape&>(round))).get() == "circle");
  proxy.stop().get();
}
