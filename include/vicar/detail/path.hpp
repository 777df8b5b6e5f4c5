// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PATH_HPP
#define VICAR_DETAIL_PATH_HPP

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/cell.hpp>
#include <vicar/detail/config.hpp>
#include <vicar/error.hpp>

// The way from an actor's object to one nested in it: an immutable list of steps, followed on the actor's thread.
namespace vicar::detail {

struct step;

/// A counted reference to the last step of a path; empty for the actor's object itself.
class path {
 public:
  path() = default;
  static path adopt(const step* last) noexcept {
    path made;
    made.last_ = last;
    return made;
  }
  path(const path& other) noexcept;
  path(path&& other) noexcept : last_{std::exchange(other.last_, nullptr)} {}
  path& operator=(path other) noexcept {
    std::swap(last_, other.last_);
    return *this;
  }
  ~path();

  const step* last() const noexcept { return last_; }
  /// The object at the end of the path from `root`, or null where a step leads nowhere.
  void* follow(void* root) const;
  /// The members' names with dots between them.
  std::string text() const;
  std::size_t hash() const noexcept;
  friend bool operator==(const path& a, const path& b) noexcept;

 private:
  const step* last_ = nullptr;
};

struct step {
  using bits_type = std::array<unsigned char, 2 * sizeof(void*)>;
  using go_type = void* (*)(const step& self, void* object);

  path before;
  std::string_view name;
  const void* kind;  ///< with `bits` the step's identity; null for a conversion to a base, which is no step of its own
  bits_type bits;    ///< the member pointer, where there is one
  go_type go;        ///< null if the member is
  mutable std::atomic<std::uint32_t> references{1};

  /// The last step at or before `one` that counts.
  static const step* counted(const step* one) noexcept {
    while (one && !one->kind) one = one->before.last();
    return one;
  }
};

inline path::path(const path& other) noexcept : last_{other.last_} {
  if (last_) last_->references.fetch_add(1, std::memory_order_relaxed);  // relaxed: made from one that keeps it alive
}
inline path::~path() {
  // Releases this use of the step, and acquires the others' before it is freed.
  if (last_ && last_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete last_;
}
inline void* path::follow(void* root) const {
  if (!last_) return root;
  void* const object = last_->before.follow(root);
  return object ? last_->go(*last_, object) : nullptr;
}
inline std::string path::text() const {
  const step* const one = step::counted(last_);
  if (!one) return {};
  const std::string before = one->before.text();
  return before.empty() ? std::string{one->name} : fmt::format("{}.{}", before, one->name);
}
inline std::size_t path::hash() const noexcept {
  std::size_t mixed = 0;
  for (const step* one = step::counted(last_); one; one = step::counted(one->before.last())) {
    for (const unsigned char part : one->bits) mixed = mixed * 31 + part;
    mixed = mixed * 31 + reinterpret_cast<std::uintptr_t>(one->kind) / sizeof(void*);
  }
  return mixed;
}
inline bool operator==(const path& a, const path& b) noexcept {
  const step* left = step::counted(a.last_);
  const step* right = step::counted(b.last_);
  while (left && right && left != right) {
    if (left->kind != right->kind || left->bits != right->bits) return false;
    left = step::counted(left->before.last());
    right = step::counted(right->before.last());
  }
  return left == right;
}

/// Adds a step through a member pointer, or to a static member.
template <class T, class Pointer, class Follow>
path step_by_pointer(path before, std::string_view name, Pointer member, Follow) {
  static_assert(sizeof(Pointer) <= sizeof(step::bits_type));
  auto* added = new step{std::move(before), name, &type_tag<Pointer>, {}, [](const step& self, void* object) -> void* {
                           Pointer kept{};
                           std::memcpy(&kept, self.bits.data(), sizeof(Pointer));
                           if constexpr (std::is_member_pointer_v<Pointer>)
                             return Follow{}(static_cast<T*>(object)->*kept);
                           else
                             return Follow{}(*kept);
                         }};
  std::memcpy(added->bits.data(), &member, sizeof(Pointer));
  return path::adopt(added);
}
/// Adds a step that only its type `Kind` describes.
template <class Kind>
path step_by_type(path before, std::string_view name, step::go_type go) {
  return path::adopt(new step{std::move(before), name, &type_tag<Kind>, {}, go});
}
/// Sees the object at the end as its base.
template <class Derived, class Base>
path step_to_base(path before) {
  return path::adopt(new step{std::move(before), {}, nullptr, {}, [](const step&, void* object) -> void* {
                                return static_cast<Base*>(static_cast<Derived*>(object));
                              }});
}

/// The target of messages to a nested object.
template <class T>
struct path_target {
  using object_type = T;
  void* root;  ///< null in a fake
  path way;

  path route() const noexcept { return way; }
  bool imitated() const noexcept { return root == nullptr; }
  T& resolve(cell& owner) const {
    if (void* const object = way.follow(root)) return *static_cast<T*>(object);
    throw null_step_error{fmt::format(
        "vicar: {} has nothing at {} now, a pointer or optional on the way is empty; fill it first, or catch this error",
        owner.title(), way.text())};
  }
};

}  // namespace vicar::detail

#endif
