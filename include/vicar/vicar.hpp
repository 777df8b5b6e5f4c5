// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_VICAR_HPP
#define VICAR_VICAR_HPP

#include <vicar/detail/base/config.hpp>

// All headers that need no other library.
#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/actor_ref.hpp>
#include <vicar/bound_method.hpp>
#include <vicar/clock.hpp>
#include <vicar/dead_letter.hpp>
#include <vicar/error.hpp>
#include <vicar/future.hpp>
#include <vicar/fwd.hpp>
#include <vicar/log.hpp>
#include <vicar/members.hpp>
#include <vicar/nested_proxy.hpp>
#include <vicar/options.hpp>
#include <vicar/overload.hpp>
#include <vicar/proxy_field.hpp>
#include <vicar/proxy_method.hpp>
#include <vicar/registry.hpp>
#include <vicar/stop_token.hpp>
#include <vicar/traversable.hpp>
#include <vicar/unobserved.hpp>
#include <vicar/version.hpp>

#endif
