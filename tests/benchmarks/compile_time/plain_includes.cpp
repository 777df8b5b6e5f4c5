// SPDX-License-Identifier: BSL-1.0
// The headers that a program with its own threads includes anyway.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/core.h>

int main() {}
