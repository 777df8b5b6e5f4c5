// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_CALLABLE_PROXY_HPP
#define VICAR_CALLABLE_PROXY_HPP

#include <vicar/detail/base/config.hpp>

#include <vicar/bound_method.hpp>

#endif
