// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CALLS_ERASED_CALL_HPP
#define VICAR_DETAIL_CALLS_ERASED_CALL_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/calls/access_kind.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/error.hpp>

// A call without its types. A message whose target has no object passes an `erased_call` to the cell's `call_receiver`.
// This is the seam for fakes, and for anything else that handles calls without having the object.
namespace vicar::detail {

/// One argument, without its type.
struct erased_argument {
  const void* tag;               ///< `&type_tag<A>`
  const std::string_view* type;  ///< the name of `A`
  void* value;
};

/// The destination of the answer, without its type.
struct erased_slot {
  const void* tag;                          ///< `&type_tag<Reply>`; null if no answer is wanted
  const std::string_view* type;             ///< the name of `Reply`
  void (*store)(void* slot, void* answer);  ///< moves the answer, which is a `Reply`, into the slot
  void* slot;
};

/// A call of a member, an access to a field, or a function passed by the caller, with its arguments.
struct erased_call {
  access_kind kind;
  std::string_view member;
  path route = {};                      ///< from the actor's object
  const void* pointer_tag = nullptr;    ///< `&type_tag<Pointer>` if only a pointer identifies the member
  const void* pointer_bytes = nullptr;  ///< that pointer
  const erased_argument* arguments = nullptr;
  std::size_t argument_count = 0;
  erased_slot answer = {};
};

/// Handles the calls to an object that does not exist.
class VICAR_SHARED call_receiver {
 public:
  /// Stores the answer in `call.answer`, or throws. On the actor's thread.
  virtual void answer(erased_call& call) = 0;

 protected:
  call_receiver() = default;
  ~call_receiver() = default;
  call_receiver(const call_receiver&) = default;
  call_receiver& operator=(const call_receiver&) = default;
};

/// The receiver of the actor's calls, which is the actor's object. On the actor's thread.
inline call_receiver& receiver_of(cell& owner, const erased_call& call) {
  call_receiver* found = nullptr;
  if (!owner.find_base(cell::role::own, found)) {
    throw error{
        format_text("vicar: {} has no object to run {} on; send it through a proxy", owner.title(), call.member)};
  }
  return *found;
}

template <class Value>
erased_argument erase_argument(Value&& value) noexcept {
  return {&type_tag<Value>, &class_name<Value>, __builtin_addressof(value)};
}

/// Makes `slot` the destination of the answer, unless it is void.
template <class Reply>
void want_answer(erased_call& call, [[maybe_unused]] void* slot) {
  if constexpr (std::is_void_v<Reply>) {
    // Empty: no answer is wanted.
  } else if constexpr (std::is_move_constructible_v<Reply>) {
    call.answer = {
        &type_tag<Reply>, &class_name<Reply>,
        [](void* into, void* answer) { ::new (into) Reply(static_cast<Reply&&>(*static_cast<Reply*>(answer))); }, slot};
  } else {
    throw error{format_text(
        "vicar: no fake can answer {}, because its result can be neither copied nor moved; use a real object",
        call.member)};
  }
}

/// Passes the call with these arguments to the actor's receiver.
inline void answer_erased(cell& owner, erased_call& call, std::initializer_list<erased_argument> arguments) {
  call.arguments = arguments.begin();
  call.argument_count = arguments.size();
  receiver_of(owner, call).answer(call);
}

/// The type in which a receiver gets an argument: the parameter's, as in a direct call, unless that is a reference or
/// would slice a derived object.
template <class Parameter, class Argument>
inline constexpr bool passed_as_parameter =
    !mutable_lvalue<Parameter> && std::constructible_from<std::decay_t<Parameter>, Argument> &&
    !(std::derived_from<Argument, std::decay_t<Parameter>> && !std::same_as<Argument, std::decay_t<Parameter>>);
template <class Parameter, class Argument>
using passed_t = std::conditional_t<passed_as_parameter<Parameter, Argument>, std::decay_t<Parameter>, Argument>;

/// The types in which a receiver gets the stored arguments, as a `type_list`: those of the parameters, also a
/// `type_list`, if they fit, else an rvalue reference to the argument itself.
template <class Parameter, class Argument>
struct handed {
  using type = std::conditional_t<std::same_as<passed_t<Parameter, Argument>, Argument>, Argument&&,
                                  passed_t<Parameter, Argument>>;
};
template <class Argument>
struct handed<Argument, Argument> {
  using type = Argument&&;
};
template <class Parameters, class... Arguments>
struct handed_arguments {
  using type = type_list<Arguments&&...>;
};
template <class... Parameters, class... Arguments>
  requires(sizeof...(Parameters) == sizeof...(Arguments))
struct handed_arguments<type_list<Parameters...>, Arguments...> {
  using type = type_list<typename handed<Parameters, Arguments>::type...>;
};

}  // namespace vicar::detail

#endif
