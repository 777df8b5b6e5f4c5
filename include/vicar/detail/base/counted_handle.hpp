// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_COUNTED_HANDLE_HPP
#define VICAR_DETAIL_BASE_COUNTED_HANDLE_HPP

#include <atomic>
#include <concepts>
#include <cstdint>

#include <vicar/detail/base/valgrind.hpp>

namespace vicar::detail {

/// Counts the references to a `Derived`, which is created with one reference and deleted with the last. Compiles in a
/// tenth of the time of a `std::shared_ptr`.
template <class Derived>
class counted {
 public:
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;

  // Relaxed: a new reference is copied from one that keeps the object alive.
  void retain() const noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() const noexcept {
    // Releases what was done through this reference. The last decrement acquires what was done through the others.
    happens_before(this);
    if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    happens_after(this);
    delete static_cast<const Derived*>(this);
  }

 protected:
  counted() = default;
  ~counted() = default;

 private:
  mutable std::atomic<std::uint32_t> references_{1};
};

/// A counted reference to a `Target`, which does its own counting in `retain` and `release`.
template <class Target>
class counted_handle {
 public:
  counted_handle() = default;
  /// Takes a new reference. A template, so that the compiler need not know the `Target` to copy a handle.
  template <class Same>
    requires std::same_as<Same, Target>
  explicit counted_handle(Same& target) noexcept : target_{&target} {
    target.retain();
  }
  /// Adopts a reference that has already been counted.
  static counted_handle adopt(Target* retained) noexcept {
    counted_handle handle;
    handle.target_ = retained;
    return handle;
  }
  counted_handle(const counted_handle& other) noexcept : target_{other.target_} {
    if (target_) target_->retain();
  }
  // Without `std::exchange` and `std::swap`, which would be instantiated for each `Target`.
  counted_handle(counted_handle&& other) noexcept : target_{other.target_} { other.target_ = nullptr; }
  counted_handle& operator=(counted_handle other) noexcept {
    Target* const mine = target_;
    target_ = other.target_;
    other.target_ = mine;
    return *this;
  }
  ~counted_handle() {
    if (target_) target_->release();
  }

  explicit operator bool() const noexcept { return target_ != nullptr; }
  Target* get() const noexcept { return target_; }
  Target* operator->() const noexcept { return target_; }
  Target& operator*() const noexcept { return *target_; }

 private:
  Target* target_ = nullptr;
};

}  // namespace vicar::detail

#endif
