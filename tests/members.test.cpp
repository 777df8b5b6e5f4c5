// SPDX-License-Identifier: BSL-1.0
#include <vicar/members.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/started.hpp"

using support::containing;
using support::started;
using vicar::future;
using vicar::member_info;
using vicar::member_kind;
using vicar::member_names;

namespace {

struct ancestor {
  virtual ~ancestor() = default;
  virtual std::string who() const { return "ancestor"; }
  int inherited(int value) { return value + 100; }
  int hidden() { return 1; }
  int old_field = 7;
};

/// One of each kind of member that a list accepts.
class kinds : public ancestor {
 public:
  int plain(int value) { return value + 1; }
  std::string who() const override { return "kinds"; }
  int overloaded(int) { return 1; }
  std::string overloaded(const std::string& text) { return text + "!"; }
  int overloaded(int a, int b) const { return a + b; }
  template <class T>
  T generic(T value) {
    return value + value;
  }
  template <class... Values>
  std::size_t variadic(const Values&...) const {
    return sizeof...(Values);
  }
  int defaulted(int a, int b = 10, int c = 100) { return a + b + c; }
  int constant() const { return 2; }
  int harmless() noexcept { return 3; }
  int harmless_constant() const noexcept { return 4; }
  int lvalue() & { return 5; }
  int lvalue_constant() const& noexcept { return 6; }
  static int fixed(int value) { return value * 2; }
  static int fixed_overloaded(int) { return 1; }
  static int fixed_overloaded(double) { return 2; }
  int fixed_mixed() { return 1; }
  static int fixed_mixed(int) { return 2; }
  int hidden(int) { return 2; }
  using ancestor::hidden;
  auto deduced() { return 1.5; }

  int field = 1;
  const int unchanging = 2;
  static inline int common = 3;
  static constexpr int known = 4;
  mutable int changeable = 5;
  int row[3] = {1, 2, 3};
  int table[2][2] = {{1, 2}, {3, 4}};
  std::string texts[2] = {"a", "b"};
  const int frozen[2] = {8, 9};
  unsigned bits : 3 = 5;
  int small : 5 = -4;
  int& alias = field;
  const int& constant_alias = field;
  std::function<int(int)> function = [](int value) { return value * 10; };
  int (*pointer)(int) = &kinds::fixed;
  std::unique_ptr<int> owned = std::make_unique<int>(6);
  union {
    int in_union = 12;
    float other_in_union;
  };

  int reading() const { return hidden_value_; }
  int get_both() const { return hidden_value_; }
  void set_both(int value) { hidden_value_ = value; }
  void set_both(const std::string& text) { hidden_value_ = static_cast<int>(text.size()); }
  const std::string& get_text() const { return text_; }
  void set_text(std::string text) { text_ = std::move(text); }

 private:
  int hidden_value_ = 21;
  std::string text_ = "text";
};

class nothing_listed {};

struct trailing {
  int a() { return 1; }
  int b = 2;
};

struct sixty_four {
  int m00() { return 0; }
  int m01() { return 1; }
  int m02() { return 2; }
  int m03() { return 3; }
  int m04() { return 4; }
  int m05() { return 5; }
  int m06() { return 6; }
  int m07() { return 7; }
  int m08() { return 8; }
  int m09() { return 9; }
  int m10() { return 10; }
  int m11() { return 11; }
  int m12() { return 12; }
  int m13() { return 13; }
  int m14() { return 14; }
  int m15() { return 15; }
  int m16() { return 16; }
  int m17() { return 17; }
  int m18() { return 18; }
  int m19() { return 19; }
  int m20() { return 20; }
  int m21() { return 21; }
  int m22() { return 22; }
  int m23() { return 23; }
  int m24() { return 24; }
  int m25() { return 25; }
  int m26() { return 26; }
  int m27() { return 27; }
  int m28() { return 28; }
  int m29() { return 29; }
  int m30() { return 30; }
  int m31() { return 31; }
  int m32() { return 32; }
  int m33() { return 33; }
  int m34() { return 34; }
  int m35() { return 35; }
  int m36() { return 36; }
  int m37() { return 37; }
  int m38() { return 38; }
  int m39() { return 39; }
  int m40() { return 40; }
  int m41() { return 41; }
  int m42() { return 42; }
  int m43() { return 43; }
  int m44() { return 44; }
  int m45() { return 45; }
  int m46() { return 46; }
  int m47() { return 47; }
  int m48() { return 48; }
  int m49() { return 49; }
  int m50() { return 50; }
  int m51() { return 51; }
  int m52() { return 52; }
  int m53() { return 53; }
  int m54() { return 54; }
  int m55() { return 55; }
  int m56() { return 56; }
  int m57() { return 57; }
  int m58() { return 58; }
  int m59() { return 59; }
  int m60() { return 60; }
  int m61() { return 61; }
  int m62() { return 62; }
  int m63() { return 63; }
};

template <class Value>
class stack {
 public:
  void push(Value value) { items_.push_back(std::move(value)); }
  Value top() const { return items_.back(); }
  template <class Other>
  std::size_t push_as(Other other) {
    items_.push_back(static_cast<Value>(other));
    return items_.size();
  }
  std::size_t size() const { return items_.size(); }

 private:
  std::vector<Value> items_;
  int secret_ = 17;
  int whisper(int value) { return value - 1; }
  int get_secret() const { return secret_; }
  void set_secret(int value) { secret_ = value; }

 public:
  VICAR_PROXY_MEMBERS(push, top, push_as, size, secret_, whisper, VICAR_PROPERTY(secret, get_secret, set_secret))
};

template <class First, class Second>
struct two {
  First first{};
  Second second{};
};
using int_and_text = two<int, std::string>;

class listed_base {
  VICAR_PROXY_MEMBERS(speak, volume, )

 public:
  virtual ~listed_base() = default;
  virtual std::string speak() { return "base"; }
  int volume = 3;
};
class heir : public listed_base {
 public:
  std::string speak() override { return "heir"; }
  std::string unlisted() { return "unlisted"; }
};
class shadowing_heir : public listed_base {
 public:
  std::string volume = "loud";
};
class relisted_heir : public listed_base {
 public:
  int whisper() { return volume - 1; }
  VICAR_PROXY_MEMBERS(whisper, volume)
};
class protected_heir : public listed_base {
 public:
  VICAR_PROXY_MEMBERS(kept)

 protected:
  int kept = 9;
};

struct empty_inside {
  VICAR_PROXY_MEMBERS()
};
struct empty_outside {};

class last_outside final {
 public:
  int value() { return 1; }
  int overloaded(int) { return 2; }
  int overloaded(const std::string&) { return 3; }
  int field = 4;
};
class last_inside final {
 public:
  VICAR_PROXY_MEMBERS(value, field_)

 private:
  int value() { return 5; }
  int field_ = 6;
};

struct surrounding {
  struct inner {
    int value() { return 1; }
    int field = 2;
  };
  class listed_inner {
    int value() { return 3; }

   public:
    VICAR_PROXY_MEMBERS(value)
  };
};

/// Its members have the names of members of the library.
class namesakes {
 public:
  int call() { return 1; }
  int defer() { return 2; }
  int get() { return 3; }
  int set(int value) { return value; }
  int stop() { return 4; }
  int ref() { return 5; }
  int at() { return 6; }
  int method() { return 7; }
  int members() { return 8; }
  int target() { return 9; }
  int owner() { return 10; }
  int pointer() { return 11; }
  int declared() { return 12; }
  int pointable() { return 13; }
  int is_data() { return 14; }
  int object() { return 15; }
  int read = 16;
  int context = 17;
  int label = 18;
  int value_type = 19;
  int is_property = 20;
  int settable = 21;
  std::string name = "name";
  int type = 22;
  int item = 23;
  int first = 24;
  int macro = 25;
  int vicar = 26;
  int std = 27;
};

}  // namespace

VICAR_PROXY(kinds, plain, who, overloaded, generic, variadic, defaulted, constant, harmless, harmless_constant, lvalue,
            lvalue_constant, fixed, fixed_overloaded, fixed_mixed, inherited, hidden, deduced, field, unchanging,
            common, known, changeable, row, table, texts, frozen, bits, small, alias, constant_alias, function, pointer,
            owned, old_field, in_union, VICAR_PROPERTY(only_read, reading), VICAR_PROPERTY(both, get_both, set_both),
            VICAR_PROPERTY(text, get_text, set_text))
VICAR_PROXY(ancestor, who, inherited, old_field)
VICAR_PROXY(nothing_listed)
VICAR_PROXY(empty_outside, )
VICAR_PROXY(trailing, a, b, )
VICAR_PROXY(sixty_four, m00, m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14, m15, m16, m17, m18,
            m19, m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39,
            m40, m41, m42, m43, m44, m45, m46, m47, m48, m49, m50, m51, m52, m53, m54, m55, m56, m57, m58, m59, m60,
            m61, m62, m63)
VICAR_PROXY(int_and_text, first, second)
VICAR_PROXY(last_outside, value, overloaded, field)
VICAR_PROXY(surrounding::inner, value, field)
VICAR_PROXY(namesakes, call, defer, get, set, stop, ref, at, method, members, target, owner, pointer, declared,
            pointable, is_data, object, read, context, label, value_type, is_property, settable, name, type, item,
            first, macro, vicar, std)

TEST_CASE("methods of every kind are called by name") {
  const started<kinds> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->plain(1).get() == 2);
  CHECK(proxy->constant().get() == 2);
  CHECK(proxy->harmless().get() == 3);
  CHECK(proxy->harmless_constant().get() == 4);
  CHECK(proxy->lvalue().get() == 5);
  CHECK(proxy->lvalue_constant().get() == 6);
  CHECK(proxy->inherited(1).get() == 101);
  CHECK(proxy->deduced().get() == 1.5);
}

TEST_CASE("overloads, templates and default arguments work by name as in a direct call") {
  const started<kinds> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->overloaded(1).get() == 1);
  CHECK(proxy->overloaded("text").get() == "text!");
  CHECK(proxy->overloaded(2, 3).get() == 5);
  STATIC_REQUIRE(std::same_as<decltype(proxy->overloaded("text")), future<std::string>>);
  CHECK(proxy->generic(2).get() == 4);
  CHECK(proxy->generic(std::string{"ab"}).get() == "abab");
  CHECK(proxy->variadic().get() == 0);
  CHECK(proxy->variadic(1, "two", 3.0).get() == 3);
  CHECK(proxy->defaulted(1).get() == 111);
  CHECK(proxy->defaulted(1, 2).get() == 103);
  CHECK(proxy->defaulted(1, 2, 3).get() == 6);
  CHECK(proxy->hidden().get() == 1);
  CHECK(proxy->hidden(1).get() == 2);
}

TEST_CASE("static methods work by name") {
  const started<kinds> actor;
  CHECK(actor.proxy->fixed(4).get() == 8);
  CHECK(actor.proxy->fixed_overloaded(1).get() == 1);
  CHECK(actor.proxy->fixed_overloaded(1.0).get() == 2);
  CHECK(actor.proxy->fixed_mixed().get() == 1);
  CHECK(actor.proxy->fixed_mixed(1).get() == 2);
}

TEST_CASE("virtual methods find their override") {
  const started<kinds> actor;
  CHECK(actor.proxy->who().get() == "kinds");
  const vicar::actor_proxy<ancestor> base = actor.proxy;
  CHECK(base->who().get() == "kinds");
  CHECK(base->inherited(0).get() == 100);
  base->old_field = 70;
  CHECK(actor.proxy->old_field.get() == 70);
}

TEST_CASE("data members of every kind are read by name") {
  const started<kinds> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->field.get() == 1);
  CHECK(proxy->unchanging.get() == 2);
  CHECK(proxy->common.get() == 3);
  CHECK(proxy->known.get() == 4);
  CHECK(proxy->changeable.get() == 5);
  CHECK(proxy->row.get() == std::array{1, 2, 3});
  CHECK(proxy->table.get() == std::array{std::array{1, 2}, std::array{3, 4}});
  CHECK(proxy->texts.get() == std::array<std::string, 2>{"a", "b"});
  CHECK(proxy->frozen.get() == std::array{8, 9});
  CHECK(proxy->bits.get() == 5);
  CHECK(proxy->small.get() == -4);
  CHECK(proxy->alias.get() == 1);
  CHECK(proxy->constant_alias.get() == 1);
  CHECK(proxy->in_union.get() == 12);
  CHECK(proxy->old_field.get() == 7);
  STATIC_REQUIRE(std::same_as<decltype(proxy->unchanging.get()), int>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->alias.get()), int>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->bits.get()), unsigned>);
}

TEST_CASE("data members are written by name") {
  const started<kinds> actor;
  const auto& proxy = actor.proxy;
  proxy->alias = 50;
  CHECK(proxy->field.get() == 50);
  CHECK(proxy->constant_alias.get() == 50);
  proxy->field = 51;
  CHECK(proxy->alias.get() == 51);
  proxy->common = 30;
  CHECK(kinds::common == 30);
  proxy->common = 3;
  proxy->changeable = 52;
  CHECK(proxy->changeable.get() == 52);
  proxy->in_union = 13;
  CHECK(proxy->in_union.get() == 13);
  proxy->owned = std::make_unique<int>(60);
  CHECK(proxy.call([](kinds& object) { return *object.owned; }).get() == 60);
}

TEST_CASE("callable data members are called") {
  const started<kinds> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->function(4).get() == 40);
  CHECK(proxy->pointer(4).get() == 8);
  proxy->function = [](int value) { return value + 1000; };
  CHECK(proxy->function(4).get() == 1004);
  CHECK(proxy->function.get()(5) == 1005);
}

TEST_CASE("properties read with their getter and write with their setter") {
  const started<kinds> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->only_read.get() == 21);
  proxy->both = 22;
  CHECK(proxy->both.get() == 22);
  CHECK(proxy->only_read.get() == 22);
  proxy->both = "four";
  CHECK(proxy->both.get() == 4);
  CHECK(proxy->text.get() == "text");
  proxy->text = "other";
  CHECK(proxy->text.get() == "other");
  STATIC_REQUIRE(std::same_as<decltype(proxy->text.get()), std::string>);
}

TEST_CASE("a list may be empty") {
  STATIC_REQUIRE(member_names<nothing_listed>().empty());
  STATIC_REQUIRE(member_names<empty_outside>().empty());
  STATIC_REQUIRE(member_names<empty_inside>().empty());
  STATIC_REQUIRE(vicar::actor_proxy<nothing_listed>::members().empty());
  const started<nothing_listed> actor;
  CHECK(actor.proxy.operator->() != nullptr);
}

TEST_CASE("a list may end with a comma") {
  STATIC_REQUIRE(member_names<trailing>() == std::array<std::string_view, 2>{"a", "b"});
  const started<trailing> actor;
  CHECK(actor.proxy->a().get() == 1);
  CHECK(actor.proxy->b.get() == 2);
}

TEST_CASE("a list may have sixty-four names") {
  STATIC_REQUIRE(member_names<sixty_four>().size() == 64);
  STATIC_REQUIRE(member_names<sixty_four>().front() == "m00");
  STATIC_REQUIRE(member_names<sixty_four>().back() == "m63");
  const started<sixty_four> actor;
  CHECK(actor.proxy->m00().get() == 0);
  CHECK(actor.proxy->m31().get() == 31);
  CHECK(actor.proxy->m63().get() == 63);
}

TEST_CASE("a class template lists its members inside, private ones too") {
  const started<stack<std::string>> texts;
  texts.proxy->push("one").get();
  CHECK(texts.proxy->top().get() == "one");
  CHECK(texts.proxy->push_as("two").get() == 2);
  CHECK(texts.proxy->size().get() == 2);
  const started<stack<int>> numbers;
  numbers.proxy->push(4).get();
  CHECK(numbers.proxy->push_as(5.5).get() == 2);
  CHECK(numbers.proxy->top().get() == 5);
  CHECK(numbers.proxy->secret_.get() == 17);
  CHECK(numbers.proxy->whisper(3).get() == 2);
  numbers.proxy->secret = 18;
  CHECK(numbers.proxy->secret_.get() == 18);
  CHECK(numbers.proxy->secret.get() == 18);
  STATIC_REQUIRE(member_names<stack<int>>().size() == 7);
}

TEST_CASE("a type with a comma in its name is registered through an alias") {
  const started<two<int, std::string>> actor;
  actor.proxy->first = 3;
  actor.proxy->second = "three";
  CHECK(actor.proxy->first.get() == 3);
  CHECK(actor.proxy->second.get() == "three");
}

TEST_CASE("derived classes inherit the list that is inside their base, with their own members behind the names") {
  const started<heir> actor;
  CHECK(actor.proxy->speak().get() == "heir");
  CHECK(actor.proxy->volume.get() == 3);
  CHECK(actor.proxy.call(&heir::unlisted).get() == "unlisted");
  STATIC_REQUIRE(member_names<heir>() == member_names<listed_base>());
  const started<shadowing_heir> shadowing;
  CHECK(shadowing.proxy->speak().get() == "base");
  CHECK(shadowing.proxy->volume.get() == "loud");
  const vicar::actor_proxy<listed_base> base = shadowing.proxy;
  CHECK(base->volume.get() == 3);
}

TEST_CASE("derived classes may have a list of their own") {
  STATIC_REQUIRE(member_names<relisted_heir>() == std::array<std::string_view, 2>{"whisper", "volume"});
  const started<relisted_heir> actor;
  CHECK(actor.proxy->whisper().get() == 2);
  const started<protected_heir> other;
  CHECK(other.proxy->kept.get() == 9);
}

TEST_CASE("final classes are registered from outside and from inside") {
  const started<last_outside> outside;
  CHECK(outside.proxy->value().get() == 1);
  CHECK(outside.proxy->overloaded(1).get() == 2);
  CHECK(outside.proxy->overloaded("text").get() == 3);
  CHECK(outside.proxy->field.get() == 4);
  const started<last_inside> inside;
  CHECK(inside.proxy->value().get() == 5);
  inside.proxy->field_ = 60;
  CHECK(inside.proxy->field_.get() == 60);
}

TEST_CASE("nested classes are registered from outside and from inside") {
  const started<surrounding::inner> outside;
  CHECK(outside.proxy->value().get() == 1);
  CHECK(outside.proxy->field.get() == 2);
  const started<surrounding::listed_inner> inside;
  CHECK(inside.proxy->value().get() == 3);
}

TEST_CASE("members may have the same names as members of the library") {
  const started<namesakes> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->call().get() == 1);
  CHECK(proxy->defer().get() == 2);
  CHECK(proxy->get().get() == 3);
  CHECK(proxy->set(3).get() == 3);
  CHECK(proxy->stop().get() == 4);
  CHECK(proxy.ref().is_alive());
  CHECK(proxy->ref().get() == 5);
  CHECK(proxy->at().get() == 6);
  CHECK(proxy->method().get() == 7);
  CHECK(proxy->members().get() == 8);
  CHECK(proxy->target().get() == 9);
  CHECK(proxy->owner().get() == 10);
  CHECK(proxy->pointer().get() == 11);
  CHECK(proxy->declared().get() == 12);
  CHECK(proxy->pointable().get() == 13);
  CHECK(proxy->is_data().get() == 14);
  CHECK(proxy->object().get() == 15);
  CHECK(proxy->read.get() == 16);
  CHECK(proxy->context.get() == 17);
  CHECK(proxy->label.get() == 18);
  CHECK(proxy->value_type.get() == 19);
  CHECK(proxy->is_property.get() == 20);
  CHECK(proxy->settable.get() == 21);
  CHECK(proxy->name.get() == "name");
  CHECK(proxy->type.get() == 22);
  CHECK(proxy->item.get() == 23);
  CHECK(proxy->first.get() == 24);
  CHECK(proxy->macro.get() == 25);
  CHECK(proxy->vicar.get() == 26);
  CHECK(proxy->std.get() == 27);
}

TEST_CASE("member_names returns the names in the order of the list, at compile time") {
  STATIC_REQUIRE(member_names<ancestor>() == std::array<std::string_view, 3>{"who", "inherited", "old_field"});
  constexpr auto names = member_names<kinds>();
  STATIC_REQUIRE(names.size() == 38);
  STATIC_REQUIRE(names.front() == "plain");
  STATIC_REQUIRE(names.back() == "text");
}

TEST_CASE("members returns name, kind and type") {
  constexpr auto all = vicar::actor_proxy<kinds>::members();
  const auto find = [&](std::string_view name) {
    for (const member_info& each : all) {
      if (each.name == name) return each;
    }
    return member_info{};
  };
  CHECK(all.size() == member_names<kinds>().size());
  CHECK(find("plain").kind == member_kind::method);
  CHECK(find("plain").type == containing("int (", "kinds::*)(int)"));
  CHECK(find("overloaded").kind == member_kind::method);
  CHECK(find("overloaded").type == "overloaded");
  CHECK(find("generic").type == "overloaded");
  CHECK(find("fixed").kind == member_kind::method);
  CHECK(find("field").kind == member_kind::field);
  CHECK(find("field").type == "int");
  CHECK(find("unchanging").type == "int");
  CHECK(find("alias").kind == member_kind::field);
  CHECK(find("alias").type == "int");
  CHECK(find("bits").kind == member_kind::field);
  CHECK(find("bits").type == containing("unsigned"));
  CHECK(find("row").type == containing("int", "[3]"));
  CHECK(find("function").kind == member_kind::field);
  CHECK(find("only_read").kind == member_kind::property);
  CHECK(find("only_read").type == "int");
  CHECK(find("text").kind == member_kind::property);
  CHECK(find("text").type == containing("string"));
}

TEST_CASE("the wrappers of a proxy cost a pointer each and are shared by its copies") {
  const started<trailing> actor;
  const vicar::actor_proxy<trailing> copy = actor.proxy;
  CHECK(copy.operator->() == actor.proxy.operator->());
  STATIC_REQUIRE(sizeof(actor.proxy->a) == sizeof(void*));
  STATIC_REQUIRE(sizeof(actor.proxy->b) == sizeof(void*));
  STATIC_REQUIRE(noexcept(actor.proxy.operator->()));
}
