// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_VALGRIND_HPP
#define VICAR_DETAIL_BASE_VALGRIND_HPP

#if defined(VICAR_VALGRIND)
#include <valgrind/drd.h>
#include <valgrind/helgrind.h>
#endif

// Helgrind and DRD know POSIX locks and treat every atomic operation as a plain access. A program compiled with
// VICAR_VALGRIND reports to them what atomics order; otherwise these functions are empty.
namespace vicar::detail {

#if defined(VICAR_VALGRIND)

/// What this thread has done happens before what another thread does after `happens_after` with the same address.
inline void happens_before(const void* address) noexcept {
  VALGRIND_DO_CLIENT_REQUEST_STMT(_VG_USERREQ__HG_USERSO_SEND_PRE, address, 0, 0, 0, 0);
  VALGRIND_DO_CLIENT_REQUEST_STMT(VG_USERREQ__DRD_ANNOTATE_HAPPENS_BEFORE, address, 0, 0, 0, 0);
}
inline void happens_after(const void* address) noexcept {
  VALGRIND_DO_CLIENT_REQUEST_STMT(_VG_USERREQ__HG_USERSO_RECV_POST, address, 0, 0, 0, 0);
  VALGRIND_DO_CLIENT_REQUEST_STMT(VG_USERREQ__DRD_ANNOTATE_HAPPENS_AFTER, address, 0, 0, 0, 0);
}

#else

inline void happens_before(const void*) noexcept {}
inline void happens_after(const void*) noexcept {}

#endif

}  // namespace vicar::detail

#endif
