// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELL_HANDLE_HPP
#define VICAR_DETAIL_CELL_HANDLE_HPP

#include <utility>

#include <vicar/detail/cell.hpp>

namespace vicar::detail {

/// A counted reference to a cell.
class cell_handle {
 public:
  cell_handle() = default;
  /// Takes a reference of its own.
  explicit cell_handle(cell& target) noexcept : target_{&target} { target.retain(); }
  /// Takes over the reference that a new cell is born with.
  static cell_handle adopt(cell* target) noexcept {
    cell_handle handle;
    handle.target_ = target;
    return handle;
  }
  cell_handle(const cell_handle& other) noexcept : target_{other.target_} {
    if (target_) target_->retain();
  }
  cell_handle(cell_handle&& other) noexcept : target_{std::exchange(other.target_, nullptr)} {}
  cell_handle& operator=(cell_handle other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~cell_handle() {
    if (target_) target_->release();
  }

  explicit operator bool() const noexcept { return target_ != nullptr; }
  cell* get() const noexcept { return target_; }
  cell* operator->() const noexcept { return target_; }
  cell& operator*() const noexcept { return *target_; }

 private:
  cell* target_ = nullptr;
};

}  // namespace vicar::detail

#endif
