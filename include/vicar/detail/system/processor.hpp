// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_PROCESSOR_HPP
#define VICAR_DETAIL_SYSTEM_PROCESSOR_HPP

#include <sched.h>

namespace vicar::detail {

/// Tells the processor that this thread spins.
inline void pause_processor() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Lets another ready thread run on this core.
inline void yield_processor() noexcept { sched_yield(); }

}  // namespace vicar::detail

#endif
