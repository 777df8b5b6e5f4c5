// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>

#define WAIT_WORD_NAMESPACE vicar
#define WAIT_WORD_CASE(text) "a waiter " text

#include "support/wait_word_cases.hpp"
