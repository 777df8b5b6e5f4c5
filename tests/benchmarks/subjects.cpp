// SPDX-License-Identifier: BSL-1.0
#include "subjects.hpp"

namespace benchmarks {

suite make_suite() {
  suite all;
  add_hand(all);
  add_vicar(all);
  add_vicar_ways_to_call(all);
  add_semaphores(all);
#if defined(VICAR_BENCHMARKS_ASIO)
  add_asio(all);
#else
  all.skip("Asio", "asio.hpp and boost/asio.hpp were not found (libasio-dev)");
#endif
#if defined(VICAR_BENCHMARKS_MOODYCAMEL)
  add_moodycamel(all);
#else
  all.skip("moodycamel queue", "concurrentqueue/blockingconcurrentqueue.h was not found (libconcurrentqueue-dev)");
#endif
#if defined(VICAR_BENCHMARKS_CAF)
  add_caf(all);
#else
  all.skip("CAF", "version 0.17 was not found (libcaf-dev)");
#endif
#if defined(VICAR_BENCHMARKS_PYKKA)
  add_pykka(all);
#else
  all.skip("Pykka", "no Python that can import it was found (python3-pykka)");
#endif
  return all;
}

}  // namespace benchmarks
