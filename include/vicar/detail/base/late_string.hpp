// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_LATE_STRING_HPP
#define VICAR_DETAIL_BASE_LATE_STRING_HPP

#include <atomic>
#include <string>

namespace vicar::detail {

/// A string that is made on the first read and does not change afterwards. No thread waits for another: if several make
/// it at once, all return the one that was stored first.
class late_string {
 public:
  late_string() = default;
  late_string(const late_string&) = delete;
  late_string& operator=(const late_string&) = delete;
  ~late_string() { delete text_.load(std::memory_order_relaxed); }  // relaxed: no other thread can reach it any more

  template <class Make>
  const std::string& get(Make make) const {
    if (const std::string* const made = text_.load(std::memory_order_acquire)) return *made;  // acquires the characters
    const std::string* const mine = new std::string(make());
    const std::string* first = nullptr;
    // Releases the characters, or acquires those stored by another thread.
    if (text_.compare_exchange_strong(first, mine, std::memory_order_release, std::memory_order_acquire)) return *mine;
    delete mine;
    return *first;
  }

 private:
  mutable std::atomic<const std::string*> text_{nullptr};
};

}  // namespace vicar::detail

#endif
