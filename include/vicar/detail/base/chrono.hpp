// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_CHRONO_HPP
#define VICAR_DETAIL_BASE_CHRONO_HPP

#include <version>

// Durations, time points and clocks. The whole of <chrono> also contains calendars and the streams that print them:
// with libstdc++, these take longer to compile than all other includes together.
#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif

#endif
