// SPDX-License-Identifier: BSL-1.0
// What a program with a thread of its own includes anyway.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/core.h>

int main() {}
