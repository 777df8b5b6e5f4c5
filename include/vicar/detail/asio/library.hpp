// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_ASIO_LIBRARY_HPP
#define VICAR_DETAIL_ASIO_LIBRARY_HPP

// Asio without Boost, or Boost.Asio: with VICAR_ASIO_BOOST, and where Asio without Boost is not found.
#if !defined(VICAR_ASIO_BOOST)
#if __has_include(<asio/version.hpp>)
#define VICAR_ASIO_BOOST 0
#else
#define VICAR_ASIO_BOOST 1
#endif
#endif

#if VICAR_ASIO_BOOST
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/system/system_error.hpp>
#else
#include <asio/any_io_executor.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/post.hpp>
#include <asio/prefer.hpp>
#include <asio/system_error.hpp>
#include <asio/system_executor.hpp>
#endif

// The two may be used in one program, in different units: so what depends on them has different names.
#if VICAR_ASIO_BOOST
#define VICAR_ASIO_NAMESPACE_BEGIN inline namespace with_boost_asio {
namespace vicar::detail {
namespace net = ::boost::asio;
using asio_system_error = ::boost::system::system_error;
}  // namespace vicar::detail
#else
#define VICAR_ASIO_NAMESPACE_BEGIN inline namespace with_asio {
namespace vicar::detail {
namespace net = ::asio;
using asio_system_error = ::asio::system_error;
}  // namespace vicar::detail
#endif
#define VICAR_ASIO_NAMESPACE_END }

#endif
