// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_REPORT_HPP
#define VICAR_BENCHMARKS_REPORT_HPP

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "statistics.hpp"
#include "suite.hpp"

// The results, and their presentation.
namespace benchmarks {

struct subject_result {
  std::string subject;
  std::string left_out;             ///< why there are no figures; empty if there are
  std::vector<double> nanoseconds;  ///< one for each round
  spread summary;
  std::optional<double> ratio;  ///< to the first subject, paired; not for the first itself
  double bytes = 0;             ///< median; 0 if not measured
  double aim = 0;               ///< see `variant::aim`; 0 if there is none for this subject
};

/// The subjects of one scenario in one variant.
struct table {
  char scenario = 0;
  std::string title;
  std::string variant;
  std::string unit;
  std::string label;
  std::vector<subject_result> subjects;
};

/// How the cost grows with the number of actors.
struct growth {
  std::string subject;
  double ratio = 0;
};

struct report {
  std::string machine;
  std::string compiler;
  std::vector<std::string> remarks;
  std::vector<suite::absence> skipped;
  std::vector<table> tables;
  std::vector<growth> growths;  ///< of scenario I, from 10 to 1,000 actors
  int rounds = 0;
  bool quick = false;
};

/// `74.1 ns`, `2.61 µs`, and so on.
std::string time_text(double nanoseconds);
/// `0.62 ×`.
std::string ratio_text(double ratio);

std::string head_text(const report& all);
std::string table_text(const table& shown);
std::string growth_text(const report& all);
void write_json(std::ostream& out, const report& all);
/// A bar for each ratio; bars to the left are cheaper than the baseline.
void write_svg(std::ostream& out, const report& all);

}  // namespace benchmarks

#endif
