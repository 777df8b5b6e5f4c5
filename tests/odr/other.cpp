// SPDX-License-Identifier: BSL-1.0
// The second translation unit: the headers define nothing twice, and both units see one registry.
#include <cstddef>

#include <vicar/vicar.hpp>

std::size_t count_in_other_unit() { return vicar::registry::get_all().size(); }
