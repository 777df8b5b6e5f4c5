// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_EXPLORE_GOOGLETEST_HPP
#define VICAR_EXPLORE_GOOGLETEST_HPP

#include <vicar/detail/base/config.hpp>

#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <vicar/explore_options.hpp>

namespace vicar {

namespace detail {

class muted_googletest final : public muted_checks {
 public:
  std::string failure() const override {
    for (int i = 0; i < results_.size(); ++i) {
      const testing::TestPartResult& each = results_.GetTestPartResult(i);
      if (!each.failed()) continue;
      return fmt::format("{}:{}: {}", each.file_name() ? each.file_name() : "?", each.line_number(), each.message());
    }
    return {};
  }

 private:
  testing::TestPartResultArray results_;
  const testing::ScopedFakeTestPartResultReporter reporter_{
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &results_};
};

}  // namespace detail

/// For `explore_options::checks`: a check of GoogleTest that fails makes a run fail, and is reported once.
inline std::unique_ptr<muted_checks> googletest_checks() { return std::make_unique<detail::muted_googletest>(); }

}  // namespace vicar

#endif
