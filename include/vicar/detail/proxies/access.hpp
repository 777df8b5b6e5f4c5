// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PROXIES_ACCESS_HPP
#define VICAR_DETAIL_PROXIES_ACCESS_HPP

namespace vicar::detail {

/// The type of a registered data member, or the result of a property's getter. `Access` is the class that VICAR_PROXY
/// defines for a member.
template <class Access, class T>
using declared_t = typename decltype(Access::template declared<T>())::type;
/// The type of the pointer to a registered member; void if there is none, as for an overloaded method.
template <class Access, class T>
using pointer_t = decltype(Access::template pointer<T>());

}  // namespace vicar::detail

#endif
