// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_SUBJECTS_HPP
#define VICAR_BENCHMARKS_SUBJECTS_HPP

#include "suite.hpp"

// Each is defined in a source of its own; those of peers are built only where the peer is installed.
namespace benchmarks {

void add_hand(suite& all);
void add_semaphores(suite& all);
void add_vicar(suite& all);
void add_vicar_ways_to_call(suite& all);
void add_asio(suite& all);
void add_moodycamel(suite& all);
void add_caf(suite& all);
void add_pykka(suite& all);

/// Every subject, and a word about those that are not there.
suite make_suite();

}  // namespace benchmarks

#endif
