// SPDX-License-Identifier: BSL-1.0
#include "suite.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include <fmt/core.h>

namespace benchmarks {

namespace {

std::vector<variant> placements(double free, double one_core, double one_core_each) {
  return {{"free", placement::free, 0, free},
          {"one core", placement::one_core, 0, one_core},
          {"one core each", placement::one_core_each, 0, one_core_each}};
}

/// The aim is to be as fast as a queue written by hand.
variant bounded(std::string label, std::size_t capacity, int senders) {
  return {.label = std::move(label), .aim = 1.0, .capacity = capacity, .senders = senders};
}

}  // namespace

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all{
      {'A', "round trip", "call", placements(0.05, 0.65, 0.05)},
      {'B', "100,000 calls, then all answers", "call", {{.label = {}, .aim = 0.08}}},
      {'C', "defer, one producer", "message", {{.label = {}, .aim = 0.25}}},
      {'D', "defer, four producers", "message", {{.label = {}, .aim = 0.22}}},
      {'E', "start and stop in turn", "actor", {{.label = {}, .aim = 0.3}}},
      {'F', "ring of 100 actors, one token", "hop", placements(0.85, 0.85, 0.85)},
      {'G', "1,000 actors alive, one call each", "actor", {{.label = {}, .aim = 1.0}}, true},
      {'H', "ways to call", "call", placements(1.1, 1.1, 1.1)},
      {'I',
       "many actors called in turn",
       "call",
       {{.label = "10 actors", .actors = 10},
        {.label = "100 actors", .actors = 100},
        {.label = "1,000 actors", .actors = 1000},
        {.label = "10,000 actors", .actors = 10000}}},
      {'J',
       "defer into a bounded mailbox",
       "message",
       {bounded("capacity 1, one sender", 1, 1), bounded("capacity 1, four senders", 1, 4),
        bounded("capacity 64, one sender", 64, 1), bounded("capacity 64, four senders", 64, 4),
        bounded("capacity 1,000, one sender", 1000, 1), bounded("capacity 1,000, four senders", 1000, 4)}},
  };
  return all;
}

std::string label_of(const scenario& which, const variant& how) {
  return how.label.empty() ? fmt::format("{} {}", which.letter, which.title)
                           : fmt::format("{} {}, {}", which.letter, which.title, how.label);
}

}  // namespace benchmarks
