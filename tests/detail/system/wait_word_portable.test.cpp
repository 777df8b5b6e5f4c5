// SPDX-License-Identifier: BSL-1.0

// The same cases for systems without futexes. The other name of the namespace keeps the two apart in one program.
#define VICAR_NO_FUTEX
#define vicar vicar_without_futex
#include <vicar/detail/system/wait_word.hpp>
#undef vicar

static_assert(!VICAR_USES_FUTEX);

#define PARKER_NAMESPACE vicar_without_futex
#define PARKER_CASE(text) "a parker without futexes " text

#include "support/parker_cases.hpp"
