// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_STATISTICS_HPP
#define VICAR_BENCHMARKS_STATISTICS_HPP

#include <algorithm>
#include <cstddef>
#include <vector>

namespace benchmarks {

struct spread {
  double median = 0;
  double minimum = 0;
  double maximum = 0;
};

/// Of at least one value.
inline spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

/// The median of the ratios round by round: a disturbance of a whole round affects both alike.
inline double paired_ratio(const std::vector<double>& values, const std::vector<double>& baseline) {
  std::vector<double> ratios;
  ratios.reserve(values.size());
  for (std::size_t round = 0; round < values.size(); ++round) ratios.push_back(values[round] / baseline[round]);
  return spread_of(std::move(ratios)).median;
}

}  // namespace benchmarks

#endif
