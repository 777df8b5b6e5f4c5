// SPDX-License-Identifier: BSL-1.0
#include <vicar/asio.hpp>

vicar::future<int> kept(vicar::future<int> given) { return given; }
