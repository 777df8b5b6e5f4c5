// SPDX-License-Identifier: BSL-1.0
// A shared library that requests a report on a signal, and starts no actor.
#include <csignal>

#include <vicar/debug.hpp>

extern "C" __attribute__((visibility("default"))) void report_on_signal_in_library() { vicar::log_on_signal(SIGUSR1); }
