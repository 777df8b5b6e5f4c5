// SPDX-License-Identifier: BSL-1.0

// The same cases for systems without futexes. The renamed namespace allows both in one program.
#define VICAR_NO_FUTEX
#define vicar vicar_without_futex
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>
#undef vicar

static_assert(!VICAR_USES_FUTEX);

#define WAIT_WORD_NAMESPACE vicar_without_futex
#define WAIT_WORD_CASE(text) "a waiter without futexes " text

#include "support/wait_word_cases.hpp"
