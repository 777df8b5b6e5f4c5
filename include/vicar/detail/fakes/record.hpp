// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FAKES_RECORD_HPP
#define VICAR_DETAIL_FAKES_RECORD_HPP

#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/calls/erased_call.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/text/value_text.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// The member that one of the test's functions answers, however messages identify it.
struct fake_place {
  path route;
  std::string_view name;
  access_kind kind;
  const void* pointer_tag;
  std::vector<unsigned char> pointer_bytes;

  /// Whether the call is to this member: compares the member pointer if the call has one, else the name.
  bool is(const erased_call& call) const noexcept {
    if (!call.pointer_tag) return has_name_of(call);
    return call.kind == kind && call.route == route && call.pointer_tag == pointer_tag &&
           std::memcmp(call.pointer_bytes, pointer_bytes.data(), pointer_bytes.size()) == 0;
  }
  /// Compares only the name, which identifies a registered member whatever type the pointer to it was converted to.
  bool has_name_of(const erased_call& call) const noexcept {
    return call.kind == kind && call.route == route && call.member == name;
  }
  friend bool operator==(const fake_place&, const fake_place&) = default;
};

/// The log of the answered calls to one member with arguments of certain types. Guarded by the record's lock.
class fake_log {
 public:
  fake_log(const void* member, const void* types) noexcept : member_{member}, types_{types} {}
  fake_log(const fake_log&) = delete;
  fake_log& operator=(const fake_log&) = delete;
  virtual ~fake_log() = default;

  const void* member() const noexcept { return member_; }
  const void* types() const noexcept { return types_; }

  std::size_t count = 0;

 private:
  const void* member_;
  const void* types_;
};

/// Answers the messages to one member whose arguments have certain types.
class fake_answer {
 public:
  fake_answer(fake_place place, const void* types) noexcept : place_{std::move(place)}, types_{types} {}
  fake_answer(const fake_answer&) = delete;
  fake_answer& operator=(const fake_answer&) = delete;
  virtual ~fake_answer() = default;

  const fake_place& place() const noexcept { return place_; }
  bool replaces(const fake_answer& other) const noexcept { return types_ == other.types_ && place_ == other.place_; }
  virtual bool takes(const erased_call& call) const noexcept = 0;
  /// The types of the arguments, for error texts.
  virtual std::string parameters() const = 0;
  /// Logs the arguments and runs the test's function, not under a lock.
  virtual void answer(erased_call& call) = 0;

 private:
  fake_place place_;
  const void* types_;
};

/// The answers of one fake, and the log of the calls. Shared by the fake and its actor, so that it can be read after
/// the actor has ended. None of the test's functions or copy constructors runs under its lock.
class fake_record {
 public:
  explicit fake_record(std::string_view class_name) noexcept : class_name_{class_name} {}

  void add(std::shared_ptr<fake_answer> added) {
    const std::lock_guard lock{mutex_};
    for (std::shared_ptr<fake_answer>& each : answers_) {
      if (added->replaces(*each)) return std::swap(each, added);
    }
    answers_.push_back(std::move(added));
  }

  /// The log of a member for the argument types of `Log`; makes it if there is none.
  template <class Log>
  std::shared_ptr<Log> log(const void* member) {
    const std::lock_guard lock{mutex_};
    for (const std::shared_ptr<fake_log>& each : logs_) {
      if (each->member() == member && each->types() == Log::types_tag) return std::static_pointer_cast<Log>(each);
    }
    auto added = std::make_shared<Log>(member);
    logs_.push_back(added);
    return added;
  }
  std::size_t count(const void* member) const {
    const std::lock_guard lock{mutex_};
    std::size_t sum = 0;
    for (const std::shared_ptr<fake_log>& each : logs_) sum += each->member() == member ? each->count : 0;
    return sum;
  }
  /// Runs `action` under the lock.
  template <class Action>
  auto locked(Action action) const {
    const std::lock_guard lock{mutex_};
    return action();
  }

  void answer(erased_call& call) { choose(call)->answer(call); }

 private:
  std::shared_ptr<fake_answer> choose(const erased_call& call) const {
    const std::lock_guard lock{mutex_};
    const fake_answer* near_miss = nullptr;
    for (const auto fits : {&fake_place::is, &fake_place::has_name_of}) {
      for (const std::shared_ptr<fake_answer>& each : answers_) {
        if (!(each->place().*fits)(call)) continue;
        if (each->takes(call)) return each;
        near_miss = each.get();
      }
    }
    throw_unanswered(call, near_miss);
  }

  [[noreturn]] void throw_unanswered(const erased_call& call, const fake_answer* near_miss) const {
    std::string member{call.member};
    if (const std::string steps = call.route.text(); !steps.empty()) member = fmt::format("{}.{}", steps, member);
    std::string types;
    for (std::size_t i = 0; i < call.argument_count; ++i) {
      append_item(types, *call.arguments[i].type);
    }
    if (near_miss) {
      throw unanswered_error{fmt::format(
          "vicar: the fake of {0} answers {1}({2}) and not {1}({3}); name the types: fake.on<&type::member, {4}>(function)",
          class_name_, member, near_miss->parameters(), types, types.empty() ? "void" : "types...")};
    }
    if (call.kind == access_kind::function) {
      throw unanswered_error{fmt::format(
          "vicar: the fake of {} cannot run {}, which needs the object itself; let the code under test name a member",
          class_name_, call.member)};
    }
    const bool says_types = call.member.find('(') != call.member.npos;  // a pointer's type
    static constexpr std::string_view uses[] = {"", "a read of ", "a write of "};
    throw unanswered_error{
        fmt::format("vicar: the fake of {} has no answer for {}{}{}; give it one: fake.on<&type::member>(function)",
                    class_name_, uses[static_cast<std::size_t>(call.kind)], member,
                    call.kind == access_kind::call && !says_types ? fmt::format("({})", types) : std::string{})};
  }

  const std::string_view class_name_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<fake_answer>> answers_;  // guarded by mutex_, like logs_ and their contents
  std::vector<std::shared_ptr<fake_log>> logs_;
};

}  // namespace vicar::detail

#endif
