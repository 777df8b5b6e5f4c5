// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TASK_HPP
#define VICAR_TASK_HPP

#include <vicar/detail/base/config.hpp>

#include <vicar/detail/tasks/awaiters.hpp>
#include <vicar/detail/tasks/promise.hpp>
#include <vicar/detail/tasks/task_call.hpp>
#include <vicar/future.hpp>

// Members of actors that are coroutines: `vicar::task<T>`, and what they may `co_await`.

#endif
