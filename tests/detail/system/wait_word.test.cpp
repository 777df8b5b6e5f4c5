// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/system/wait_word.hpp>

#define PARKER_NAMESPACE vicar
#define PARKER_CASE(text) "a parker " text

#include "support/parker_cases.hpp"
