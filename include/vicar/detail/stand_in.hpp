// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_STAND_IN_HPP
#define VICAR_DETAIL_STAND_IN_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/cell.hpp>
#include <vicar/detail/class_name.hpp>
#include <vicar/detail/config.hpp>
#include <vicar/detail/member_traits.hpp>
#include <vicar/detail/path.hpp>
#include <vicar/error.hpp>

// What lets a test answer in an actor's place: a message whose target has no object asks the cell's stand-in instead.
namespace vicar::detail {

/// One argument of such a message, without its type.
struct erased_argument {
  const void* tag;               ///< `&type_tag<A>`
  const std::string_view* type;  ///< its name
  void* value;
};

/// Where the answer goes, without its type.
struct erased_slot {
  const void* tag;                          ///< `&type_tag<Reply>`; null if no answer is wanted
  const std::string_view* type;             ///< its name
  void (*store)(void* slot, void* answer);  ///< moves the answer, which is a `Reply`, into the slot
  void* slot;
};

struct imitated_message {
  enum class access : std::uint8_t {
    call,
    read,
    write,
    function,  ///< of the caller's, which wants the object itself
  };

  access kind;
  std::string_view member;
  path way = {};                        ///< from the actor's object
  const void* pointer_tag = nullptr;    ///< `&type_tag<Pointer>` where the member is known by its pointer alone
  const void* pointer_bytes = nullptr;  ///< that pointer
  const erased_argument* arguments = nullptr;
  std::size_t argument_count = 0;
  erased_slot answer = {};
};

/// Answers messages in the place of an object.
class VICAR_SHARED stand_in {
 public:
  /// Puts the answer into `asked.answer`, or throws.
  virtual void answer(imitated_message& asked) = 0;

 protected:
  stand_in() = default;
  ~stand_in() = default;
  stand_in(const stand_in&) = default;
  stand_in& operator=(const stand_in&) = default;
};

/// Who answers `asked` in the place of the actor's object. On the actor's thread.
inline stand_in& stand_in_of(cell& owner, const imitated_message& asked) {
  stand_in* const found = owner.find_base<stand_in>();
  if (!found) {
    throw error{
        fmt::format("vicar: {} has no object to run {} on; send it through a proxy", owner.title(), asked.member)};
  }
  return *found;
}

template <class Reply>
class reply_slot {
 public:
  reply_slot() noexcept {}
  ~reply_slot() {
    if (filled_) std::destroy_at(&value_);
  }
  reply_slot(const reply_slot&) = delete;
  reply_slot& operator=(const reply_slot&) = delete;

  erased_slot erased() noexcept { return {&type_tag<Reply>, &class_name<Reply>, &reply_slot::store, this}; }
  Reply take() { return std::move(value_); }

 private:
  static void store(void* slot, void* answer) {
    auto& self = *static_cast<reply_slot*>(slot);
    ::new (static_cast<void*>(std::addressof(self.value_))) Reply(std::move(*static_cast<Reply*>(answer)));
    self.filled_ = true;
  }

  union {
    Reply value_;
  };
  bool filled_ = false;
};

/// Asks a stand-in with arguments of exactly these types.
template <class Reply, class... Parameters>
Reply ask_stand_in(stand_in& one, imitated_message& asked, Parameters... values) {
  const erased_argument arguments[] = {
      erased_argument{&type_tag<Parameters>, &class_name<Parameters>, std::addressof(values)}...,
      erased_argument{nullptr, nullptr, nullptr}};
  asked.arguments = arguments;
  asked.argument_count = sizeof...(Parameters);
  if constexpr (std::is_void_v<Reply>) {
    one.answer(asked);
  } else if constexpr (std::is_move_constructible_v<Reply>) {
    reply_slot<Reply> slot;
    asked.answer = slot.erased();
    one.answer(asked);
    return slot.take();
  } else {
    throw error{fmt::format(
        "vicar: no fake can answer {}, because its result can be neither copied nor moved; use a real object",
        asked.member)};
  }
}

/// The type in which a stand-in gets an argument: the parameter's, as in a direct call, unless that would bind to a
/// reference or cut a derived object.
template <class Parameter, class Argument>
inline constexpr bool passed_as_parameter =
    !mutable_lvalue<Parameter> && std::constructible_from<std::decay_t<Parameter>, Argument> &&
    !(std::derived_from<Argument, std::decay_t<Parameter>> && !std::same_as<Argument, std::decay_t<Parameter>>);
template <class Parameter, class Argument>
using passed_t = std::conditional_t<passed_as_parameter<Parameter, Argument>, std::decay_t<Parameter>, Argument>;

/// Asks the stand-in with the arguments as `Signature`, a `type_list`, would take them, where it fits.
template <class Reply, class... Parameters, class... Arguments>
Reply ask_stand_in_as(type_list<Parameters...>, stand_in& one, imitated_message& asked, Arguments&... kept) {
  if constexpr (sizeof...(Parameters) == sizeof...(Arguments)) {
    return ask_stand_in<Reply, passed_t<Parameters, Arguments>...>(one, asked, std::move(kept)...);
  } else {
    return ask_stand_in<Reply, Arguments...>(one, asked, std::move(kept)...);
  }
}

}  // namespace vicar::detail

#endif
