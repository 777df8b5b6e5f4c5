// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_CHRONO_HPP
#define VICAR_DETAIL_BASE_CHRONO_HPP

#include <version>

// Durations, points in time and clocks. All of <chrono> has calendars, and the streams to print them, too: with GCC's
// library these take longer to compile than everything else that is included.
#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif

#endif
