// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_SUITE_HPP
#define VICAR_BENCHMARKS_SUITE_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "placement.hpp"

// The scenarios and the subjects.
namespace benchmarks {

/// How a scenario is run this time.
struct setting {
  placement where = placement::free;
  std::size_t actors = 0;  ///< alive at once, if that is varied
  bool quick = false;
  std::size_t capacity = 0;  ///< of the mailbox, where it is bounded
  int senders = 1;           ///< at the same time, if that is varied

  /// How often something is done that is usually done `usual` times.
  long count(long usual) const { return quick ? (usual + 19) / 20 : usual; }
};

/// The result of one run, for one operation.
struct measurement {
  double nanoseconds = 0;
  double bytes = 0;  ///< of memory for each actor, where that is measured
};

using runner = std::function<measurement(const setting&)>;

struct subject_case {
  char scenario;
  std::string subject;
  runner run;
};

struct variant {
  std::string label;  ///< empty if there is only one
  placement where = placement::free;
  std::size_t actors = 0;
  double aim = 0;  ///< the highest ratio that vicar should have; 0 if there is no such aim
  std::size_t capacity = 0;
  int senders = 1;
};

struct scenario {
  char letter;
  std::string title;
  std::string unit;  ///< the operation that the figures measure
  std::vector<variant> variants;
  bool own_process = false;  ///< measures memory, which earlier cases would distort
};

/// In the order in which they are run. `label` is empty in none but those with several variants.
const std::vector<scenario>& scenarios();
std::string label_of(const scenario& which, const variant& how);

/// Every subject adds a case for each scenario that it can run; the first of a scenario is the one that the others are
/// compared with.
class suite {
 public:
  struct absence {
    std::string subject;
    std::string reason;
  };

  void add(char scenario, std::string subject, runner run) {
    cases_.push_back({scenario, std::move(subject), std::move(run)});
  }
  /// So that a peer which is not installed is never silently missing.
  void skip(std::string subject, std::string reason) { skipped_.push_back({std::move(subject), std::move(reason)}); }

  const std::vector<subject_case>& cases() const { return cases_; }
  const std::vector<absence>& skipped() const { return skipped_; }

 private:
  std::vector<subject_case> cases_;
  std::vector<absence> skipped_;
};

}  // namespace benchmarks

#endif
