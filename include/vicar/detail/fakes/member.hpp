// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FAKES_MEMBER_HPP
#define VICAR_DETAIL_FAKES_MEMBER_HPP

#include <concepts>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/calls/erased_call.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/fakes/record.hpp>
#include <vicar/detail/meta/conversion.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/dangling.hpp>
#include <vicar/detail/meta/given.hpp>
#include <vicar/detail/meta/invoke.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/member_name.hpp>
#include <vicar/detail/text/value_text.hpp>
#include <vicar/members.hpp>
#include <vicar/nested_proxy.hpp>
#include <vicar/traversable.hpp>

// The implementation of `fake<T>::on`, `calls` and `arguments` for one member.
namespace vicar::detail {

/// The type in which the test's function gets an argument; see `passed_t`.
template <class Parameter>
using faked_parameter_t =
    std::conditional_t<mutable_lvalue<Parameter>, std::reference_wrapper<std::remove_reference_t<Parameter>>,
                       std::decay_t<Parameter>>;

/// The type in which the log stores an argument: for a string view, a copy of the text, which does not outlive the
/// call.
template <class Parameter>
struct logged_parameter {
  using type = Parameter;
};
template <class Parameter>
  requires requires { typename owned_text<Parameter>::type; }
struct logged_parameter<Parameter> : owned_text<Parameter> {};
template <class Parameter>
using logged_t = typename logged_parameter<Parameter>::type;

/// Whether an argument refers to data that does not outlive the call, and of which the log has no copy.
template <class Parameter>
inline constexpr bool logs_view = !wraps_reference<Parameter> && dangles<logged_t<Parameter>>;

/// Whether the log can store the arguments of a call and return copies of them to the test.
template <class... Parameters>
inline constexpr bool can_be_kept = ((implicitly_copyable<Parameters> && !logs_view<Parameters>) && ...);

template <class... Parameters>
class fake_log_of final : public fake_log {
 public:
  using arguments_type = std::tuple<logged_t<Parameters>...>;
  static constexpr const void* types_tag = &type_tag<type_list<Parameters...>>;

  explicit fake_log_of(const void* member) noexcept : fake_log{member, types_tag} {}

  /// Pointers, so that no copy or move constructor of the test's types runs under the lock.
  std::vector<std::shared_ptr<const arguments_type>> kept;
};

template <class Function, class... Parameters>
concept answers_with = std::invocable<Function&, Parameters...> || std::invocable<Function&>;

/// `function(arguments...)`, or `function()` if it takes no parameters.
template <class Function, class... Parameters>
decltype(auto) run_answer(Function& function, Parameters&&... arguments) {
  if constexpr (std::invocable<Function&, Parameters...>)
    return detail::invoke(function, std::forward<Parameters>(arguments)...);
  else
    return detail::invoke(function);
}

template <class Reply, class Function, class... Parameters>
class fake_answer_of final : public fake_answer {
 public:
  using log_type = fake_log_of<Parameters...>;

  fake_answer_of(fake_place place, const fake_record& record, std::shared_ptr<log_type> log,
                 std::shared_ptr<Function> function)
      : fake_answer{std::move(place), log_type::types_tag},
        record_{record},
        log_{std::move(log)},
        function_{std::move(function)} {}

  bool takes(const erased_call& call) const noexcept override {
    static constexpr const void* tags[] = {&type_tag<Parameters>..., nullptr};
    if (call.argument_count != sizeof...(Parameters)) return false;
    for (std::size_t i = 0; i < call.argument_count; ++i) {
      if (call.arguments[i].tag != tags[i]) return false;
    }
    return true;
  }

  std::string parameters() const override {
    std::string types;
    (append_item(types, class_name<Parameters>), ...);
    return types;
  }

  void answer(erased_call& call) override {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      const auto keep_arguments = [&] { keep(*static_cast<const Parameters*>(call.arguments[Index].value)...); };
      const auto run = [&]() -> Reply {
        return static_cast<Reply>(
            run_answer(*function_, std::move(*static_cast<Parameters*>(call.arguments[Index].value))...));
      };
      if constexpr (std::is_void_v<Reply>) {
        keep_arguments();
        refuse_to_answer<void>(call);
        run();
      } else {
        // On the heap: the stack may be too small. Allocated first: if that fails, the call is not counted.
        const std::unique_ptr<reply_place> given{new reply_place};
        keep_arguments();
        given->make(run);
        give(call, given->value);
      }
    }(std::index_sequence_for<Parameters...>{});
  }

 private:
  struct reply_place {
    reply_place() {}
    ~reply_place() {
      if (made) std::destroy_at(std::addressof(value));
    }
    reply_place(const reply_place&) = delete;
    reply_place& operator=(const reply_place&) = delete;

    template <class Run>
    void make(const Run& run) {
      ::new (static_cast<void*>(std::addressof(value))) Reply(run());
      made = true;
    }

    union {
      Reply value;
    };
    bool made = false;
  };

  void keep(const Parameters&... arguments) {
    std::shared_ptr<const typename log_type::arguments_type> copy;
    if constexpr (can_be_kept<Parameters...>) {
      copy = std::make_shared<const typename log_type::arguments_type>(arguments...);
    }
    record_.locked([&] {
      if (copy) log_->kept.push_back(std::move(copy));  // may throw: then the call is neither counted nor answered
      ++log_->count;
    });
  }
  /// Throws if an answer of another type is wanted.
  template <class Given>
  static void refuse_to_answer(const erased_call& call) {
    if (!call.answer.tag || call.answer.tag == &type_tag<Given>) return;
    throw unanswered_error{fmt::format(
        "vicar: {} of a fake is answered with {}, but this use of it needs {}; name the overload that is meant",
        call.member, class_name<Given>, *call.answer.type)};
  }
  template <class Given>
  static void give(const erased_call& call, Given& given) {
    refuse_to_answer<Given>(call);
    if (call.answer.tag) call.answer.store(call.answer.slot, std::addressof(given));
  }

  const fake_record& record_;
  std::shared_ptr<log_type> log_;
  std::shared_ptr<Function> function_;
};

/// The signature of a member pointer, or of a pointer to a static member.
template <class Pointer>
struct faked_signature {
  static constexpr bool is_method = false;
};
template <class Pointer>
  requires(member_traits<Pointer>::arity >= 0)
struct faked_signature<Pointer> {
  static constexpr bool is_method = true;
  using parameters = typename member_traits<Pointer>::parameters;
  using result = given_t<typename member_traits<Pointer>::result>;
};
template <class Result, class... Parameters>
struct faked_signature<Result (*)(Parameters...)> {
  static constexpr bool is_method = true;
  using parameters = type_list<Parameters...>;
  using result = given_t<Result>;
};
template <class Result, class... Parameters>
struct faked_signature<Result (*)(Parameters...) noexcept> : faked_signature<Result (*)(Parameters...)> {};

/// The class at the end of a path of members, as `type`, and the path to its object.
template <class T, auto... Steps>
struct faked_object {
  using type = T;
  static path route(path before) { return before; }
};
/// Replaces the class of an object that no path leads to; a static assertion reports that.
struct unreachable_object {};
template <class T, auto Step, auto... Steps>
struct faked_object<T, Step, Steps...> {
  template <class Pointer>
  struct step_field {
    using type = void;
  };
  template <class Pointer>
    requires requires { typename member_traits<Pointer>::field_type; }
  struct step_field<Pointer> {
    using type = typename member_traits<Pointer>::field_type;
  };
  using field = typename step_field<decltype(Step)>::type;
  static_assert(traversable_field<field>,
                "vicar: a member on the path to the faked one cannot be traversed; mark it as the actor's class would");
  template <class Field>
  struct target {
    using type = unreachable_object;
  };
  template <traversable_field Field>
  struct target<Field> : step_target<Field> {};

  using next = faked_object<typename target<field>::type, Steps...>;
  using type = typename next::type;
  static path route(path before) {
    if constexpr (traversable_field<field>) {
      return next::route(step_by_pointer<T>(before, member_name<Step>, Step, follow_field{}));
    } else {
      return before;
    }
  }
};

/// The name without template arguments, as in the list of members.
constexpr std::string_view plain_name(std::string_view name) {
  return name.ends_with('>') && !name.starts_with('<') && !name.starts_with("operator") ? name.substr(0, name.find('<'))
                                                                                        : name;
}

template <class T, class Indices, auto... Path>
struct faked_member_of;

/// The member at the end of `Path`, from an actor of class `T`.
template <class T, auto... Path>
using faked_member = faked_member_of<T, std::make_index_sequence<sizeof...(Path) - 1>, Path...>;

template <auto... Values>
struct value_list {
  template <std::size_t Index>
  static constexpr auto at = std::get<Index>(std::tuple{Values...});
};

template <class T, std::size_t... StepIndex, auto... Path>
struct faked_member_of<T, std::index_sequence<StepIndex...>, Path...> {
  using list = value_list<Path...>;
  static constexpr auto pointer = list::template at<sizeof...(Path) - 1>;
  using pointer_type = std::remove_const_t<decltype(pointer)>;
  using signature = faked_signature<pointer_type>;
  using object = faked_object<T, list::template at<StepIndex>...>;
  using object_type = typename object::type;
  static constexpr std::string_view name = plain_name(member_name<pointer>);
  static constexpr const void* identity = &type_tag<faked_member_of>;

  template <class Pointer = pointer_type>  // a template because Clang 14 evaluates it too early otherwise
  static VICAR_CONSTEVAL bool check_member() {
    using owner = typename member_traits<Pointer>::class_type;
    constexpr bool reachable = !std::is_same_v<object_type, unreachable_object>;
    constexpr bool belongs = !reachable || std::is_void_v<owner> || std::is_base_of_v<owner, object_type>;
    static_assert(belongs, "vicar: this is not a member of the faked class; pass a pointer to one: &type::member");
    return reachable && belongs;
  }

  static fake_place place(access_kind kind, std::string_view named) {
    fake_place made{object::route({}), named, kind, &type_tag<pointer_type>, {}};
    made.pointer_bytes.resize(sizeof(pointer_type));
    const pointer_type kept = pointer;
    std::memcpy(made.pointer_bytes.data(), &kept, sizeof(kept));
    return made;
  }

  template <class Reply, class... Parameters, class Function>
  static void add(fake_record& record, const std::shared_ptr<Function>& function, access_kind kind,
                  std::string_view named) {
    using answer_type = fake_answer_of<Reply, Function, Parameters...>;
    record.add(std::make_shared<answer_type>(place(kind, named), record,
                                             record.log<fake_log_of<Parameters...>>(identity), function));
  }

  template <class Reply, class Function, class... Parameters>
  static VICAR_CONSTEVAL bool check_answer() {
    constexpr bool callable = answers_with<Function, Parameters...>;
    static_assert(
        callable,
        "vicar: this function cannot answer the member; let it take the member's arguments by value or by const "
        "reference, or nothing");
    if constexpr (callable) {
      using given = decltype(run_answer(std::declval<Function&>(), std::declval<Parameters>()...));
      constexpr bool fits = std::is_void_v<Reply> || std::is_convertible_v<given, Reply>;
      static_assert(fits,
                    "vicar: the result of this function does not convert to the member's result; return that type");
      return fits;
    } else {
      return false;
    }
  }

  /// Answers calls with arguments of these types.
  template <class... Parameters, class Function>
  static void answer_call(fake_record& record, Function function) {
    if constexpr (check_member()) {
      using reply = typename decltype(result_of_call<Parameters...>())::type;
      if constexpr (check_answer<reply, Function, Parameters...>()) {
        add<reply, Parameters...>(record, std::make_shared<Function>(std::move(function)), access_kind::call, name);
      }
    }
  }

  template <class Function>
  static void answer(fake_record& record, Function function) {
    if constexpr (check_member()) {
      if constexpr (signature::is_method)
        answer_method(record, std::move(function), typename signature::parameters{});
      else
        answer_field(record, std::move(function));
    }
  }

  static std::size_t count(const fake_record& record) { return check_member() ? record.count(identity) : 0; }

  template <class... Parameters>
  static auto arguments_of(fake_record& record) {
    constexpr bool views = (logs_view<Parameters> || ...);
    constexpr bool copyable = check_member() && can_be_kept<Parameters...>;
    static_assert(
        copyable || views || !check_member(),
        "vicar: arguments that can only be moved are not recorded; check them in the function passed to on<>");
    static_assert(
        !views || !check_member(),
        "vicar: an argument is a view, or holds one, and the data is gone after the call; copy it in the function "
        "passed to on<>");
    std::vector<std::tuple<logged_t<Parameters>...>> copies;
    if constexpr (copyable) {
      const auto log = record.log<fake_log_of<Parameters...>>(identity);
      for (const auto& each : record.locked([&] { return log->kept; })) copies.push_back(*each);
    }
    return copies;
  }
  static auto arguments(fake_record& record) {
    if constexpr (signature::is_method) {
      return []<class... Parameters>(fake_record& of, type_list<Parameters...>) {
        return arguments_of<faked_parameter_t<Parameters>...>(of);
      }(record, typename signature::parameters{});
    } else {
      return arguments_of<value_type>(record);
    }
  }

 private:
  template <class Pointer>
  struct field_of {
    using type = std::remove_pointer_t<Pointer>;
  };
  template <class Field, class Class>
  struct field_of<Field Class::*> {
    using type = Field;
  };
  using field_type = typename field_of<pointer_type>::type;
  template <bool IsMethod, class Field>
  struct value_of {
    using type = void;
  };
  template <class Field>
  struct value_of<false, Field> {
    using type = read_result_t<Field>;
  };
  using value_type = typename value_of<signature::is_method, field_type>::type;

  /// The result of a call of the method, or of the callable field.
  template <class... Parameters>
  static auto result_of_call() {
    if constexpr (signature::is_method)
      return std::type_identity<kept_result_t<typename signature::result>>{};
    else
      return std::type_identity<kept_result_t<std::invoke_result_t<field_type&, Parameters...>>>{};
  }

  template <class Function, class... Parameters>
  static void answer_method(fake_record& record, Function function, type_list<Parameters...>) {
    using reply = kept_result_t<typename signature::result>;
    if constexpr (check_answer<reply, Function, faked_parameter_t<Parameters>...>()) {
      const auto kept = std::make_shared<Function>(std::move(function));
      add<reply, faked_parameter_t<Parameters>...>(record, kept, access_kind::call, name);
      if constexpr (is_registered<object_type>) {
        visit_members<object_type>([&]<class Access>() {
          if constexpr (Access::is_property) {
            if constexpr (sizeof...(Parameters) == 0 && !std::is_void_v<reply>) {
              if (Access::getter_name == name) add<reply>(record, kept, access_kind::read, Access::name);
            } else if constexpr (sizeof...(Parameters) == 1) {
              if (Access::setter_name == name) {
                add<void, faked_parameter_t<Parameters>...>(record, kept, access_kind::write, Access::name);
              }
            }
          }
        });
      }
    }
  }

  template <class Function>
  static void answer_field(fake_record& record, Function function) {
    constexpr bool reads = std::invocable<Function&>;
    constexpr bool writes = std::invocable<Function&, value_type>;
    static_assert(
        reads || writes,
        "vicar: this function can answer neither a read nor a write of the field; take nothing, or its value");
    const auto kept = std::make_shared<Function>(std::move(function));
    if constexpr (reads) {
      if constexpr (check_answer<value_type, Function>()) add<value_type>(record, kept, access_kind::read, name);
    }
    if constexpr (writes) add<void, value_type>(record, kept, access_kind::write, name);
  }
};

}  // namespace vicar::detail

#endif
