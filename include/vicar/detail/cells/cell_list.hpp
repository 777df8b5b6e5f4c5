// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELLS_CELL_LIST_HPP
#define VICAR_DETAIL_CELLS_CELL_LIST_HPP

#include <cstddef>
#include <cstdint>
#include <new>

#include <vicar/detail/cells/cell.hpp>

namespace vicar::detail {

/// References to some actors, in the order in which they were started. A `std::vector` would be instantiated in each
/// translation unit that starts an actor, which takes much longer to compile.
class cell_list {
 public:
  /// Empty, with space for `most`.
  explicit cell_list(std::size_t most) : cells_{most == 0 ? nullptr : new cell_handle[bounded(most)]} {}
  cell_list(cell_list&& other) noexcept : cells_{other.cells_}, size_{other.size_} {
    other.cells_ = nullptr;
    other.size_ = 0;
  }
  cell_list& operator=(cell_list&&) = delete;
  ~cell_list() { delete[] cells_; }

  void add(cell& actor) noexcept { cells_[size_++] = cell_handle{actor}; }

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  cell_handle& operator[](std::size_t index) noexcept { return cells_[index]; }
  cell_handle* begin() noexcept { return cells_; }
  cell_handle* end() noexcept { return cells_ + size_; }

 private:
  /// Throws `std::bad_alloc` if that many cannot fit in memory. Without the check, GCC with link-time optimization
  /// warns of the size that `new` would request.
  static std::size_t bounded(std::size_t most) {
    if (most > PTRDIFF_MAX / sizeof(cell_handle)) throw std::bad_alloc{};
    return most;
  }

  cell_handle* cells_;
  std::size_t size_ = 0;
};

}  // namespace vicar::detail

#endif
