// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CALLS_PATH_HPP
#define VICAR_DETAIL_CALLS_PATH_HPP

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/text/format_text.hpp>

// The path from an actor's object to one nested in it: a list of steps, followed on the actor's thread. Steps are
// interned and never freed; their number is that of the members that the program's proxies traverse. So a path is a
// pointer, and messages count no references to data that all threads share.
namespace vicar::detail {

struct step;

/// Keeps alive what a path leads through, for a coroutine.
class path_keeper {
 public:
  /// The step leads through a shared pointer.
  virtual void keep(std::shared_ptr<const void> object) = 0;
  /// The step leads through a unique pointer or an optional: the object may go while the coroutine is suspended.
  virtual void refuse(const step& loose) = 0;

 protected:
  ~path_keeper() = default;
};

/// A path, represented by its last step; empty for the actor's object itself.
class path {
 public:
  path() = default;
  explicit path(const step* last) noexcept : last_{last} {}

  const step* last() const noexcept { return last_; }
  /// The object at the end of the path from `root`, or null if a pointer or optional on the path is empty.
  void* follow(void* root, path_keeper* keeper = nullptr) const;
  /// The members' names, separated by dots.
  std::string text() const;
  std::size_t hash() const noexcept;
  friend bool operator==(const path& a, const path& b) noexcept;

 private:
  const step* last_ = nullptr;
};

struct step {
  using bits_type = std::array<unsigned char, 2 * sizeof(void*)>;
  using go_type = void* (*)(const step& self, void* object, path_keeper* keeper);

  path before;
  std::string_view name;
  const void*
      kind;        ///< with `bits` the step's identity; null for a conversion to a base, which does not count as a step
  bits_type bits;  ///< the member pointer, if any
  go_type go;      ///< returns null if the member is null; `keeper` may be null
  const step* next = nullptr;  ///< in the table

  /// `last`, or the last step before it that counts.
  static const step* counted(const step* last) noexcept {
    while (last && !last->kind) last = last->before.last();
    return last;
  }
};

/// All steps of the process. Takes no lock.
class VICAR_SHARED step_table {
 public:
  /// The path that ends with this step.
  static path add(const step& wanted) {
    std::atomic<const step*>& bucket = buckets_[place_of(wanted)];
    const step* first = bucket.load(std::memory_order_acquire);  // acquires the steps
    if (const step* const found = find(wanted, first, nullptr)) return path{found};
    auto* const added = new step(wanted);
    for (;;) {
      const step* const seen = first;
      added->next = first;
      // Releases the step; acquires those that other threads have added meanwhile.
      if (bucket.compare_exchange_strong(first, added, std::memory_order_acq_rel, std::memory_order_acquire))
        return path{added};
      if (const step* const found = find(wanted, first, seen)) {
        delete added;
        return path{found};
      }
    }
  }

 private:
  static constexpr std::size_t count = 256;

  static const step* find(const step& wanted, const step* from, const step* until) noexcept {
    for (const step* each = from; each != until; each = each->next) {
      if (each->before.last() == wanted.before.last() && each->kind == wanted.kind && each->bits == wanted.bits &&
          each->go == wanted.go && each->name == wanted.name)
        return each;
    }
    return nullptr;
  }
  static std::size_t place_of(const step& wanted) noexcept {
    std::uintptr_t bits = 0;  // an offset or a function's address: the other half of a member pointer hardly differs
    std::memcpy(&bits, wanted.bits.data(), sizeof bits);
    const auto before = reinterpret_cast<std::uintptr_t>(wanted.before.last());
    const auto kind = reinterpret_cast<std::uintptr_t>(wanted.kind);
    return (before / alignof(step) + kind / sizeof(void*) * 31 + bits * 7) % count;
  }

  static inline std::array<std::atomic<const step*>, count> buckets_{};
};

inline void* path::follow(void* root, path_keeper* keeper) const {
  if (!last_) return root;
  void* const object = last_->before.follow(root, keeper);
  return object ? last_->go(*last_, object, keeper) : nullptr;
}
inline std::string path::text() const {
  const step* const last = step::counted(last_);
  if (!last) return {};
  const std::string before = last->before.text();
  return before.empty() ? std::string{last->name} : format_text("{}.{}", before, last->name);
}
inline std::size_t path::hash() const noexcept {
  std::size_t mixed = 0;
  for (const step* each = step::counted(last_); each; each = step::counted(each->before.last())) {
    for (const unsigned char part : each->bits) mixed = mixed * 31 + part;
    mixed = mixed * 31 + reinterpret_cast<std::uintptr_t>(each->kind) / sizeof(void*);
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

/// Whether the pointer can be used with an object of `T`; false if the member belongs to a private base.
template <class T, class Pointer>
inline constexpr bool goes_with = !std::is_member_pointer_v<Pointer> || std::is_invocable_v<Pointer, T&>;

/// Adds a step that a member pointer identifies and `go` performs.
template <class Pointer>
path step_as_pointer(path before, std::string_view name, Pointer member, step::go_type go) {
  static_assert(sizeof(Pointer) <= sizeof(step::bits_type));
  step wanted{before, name, &type_tag<Pointer>, {}, go};
  std::memcpy(wanted.bits.data(), &member, sizeof(Pointer));
  return step_table::add(wanted);
}
/// Adds a step through a member pointer, or to a static member. For a fake, which has no object, the pointer does not
/// have to be usable with `T`.
template <class T, class Pointer, class Follow>
path step_by_pointer(path before, std::string_view name, Pointer member, Follow) {
  return step_as_pointer(before, name, member, [](const step& self, void* object, path_keeper* keeper) -> void* {
    Pointer kept{};
    std::memcpy(&kept, self.bits.data(), sizeof(Pointer));
    if constexpr (!goes_with<T, Pointer>)
      return nullptr;
    else if constexpr (std::is_member_pointer_v<Pointer>)
      return Follow{}(static_cast<T*>(object)->*kept, self, keeper);
    else
      return Follow{}(*kept, self, keeper);
  });
}
/// Adds a step that is identified by the type `Kind`.
template <class Kind>
path step_by_type(path before, std::string_view name, step::go_type go) {
  return step_table::add({before, name, &type_tag<Kind>, {}, go});
}
/// Converts the object at the end of the path to its base.
template <class Derived, class Base>
path step_to_base(path before) {
  return step_table::add({before, {}, nullptr, {}, [](const step&, void* object, path_keeper*) -> void* {
                            return static_cast<Base*>(static_cast<Derived*>(object));
                          }});
}

}  // namespace vicar::detail

#endif
