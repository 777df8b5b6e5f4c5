// SPDX-License-Identifier: BSL-1.0
#include <iterator>

#include <fmt/format.h>

#include "report.hpp"

namespace benchmarks {

namespace {

/// Three figures.
std::string number_text(double value) {
  return value >= 99.95 ? fmt::format("{:.0f}", value)
                        : (value >= 9.995 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value));
}

}  // namespace

std::string time_text(double nanoseconds) {
  if (nanoseconds < 1e3) return number_text(nanoseconds) + " ns";
  if (nanoseconds < 1e6) return number_text(nanoseconds / 1e3) + " µs";
  return number_text(nanoseconds / 1e6) + " ms";
}

std::string ratio_text(double ratio) {
  return ratio < 0.1 ? fmt::format("{:.3f} ×", ratio) : number_text(ratio) + " ×";
}

std::string head_text(const report& all) {
  std::string text =
      fmt::format("{}\n{}\n{} counted {} after one to warm up{}\n", all.machine, all.compiler, all.rounds,
                  all.rounds == 1 ? "round" : "rounds", all.quick ? ", quick: few repetitions" : "");
  for (const std::string& remark : all.remarks) text += remark + '\n';
  for (const suite::absence& item : all.skipped) text += fmt::format("skipped: {}: {}\n", item.subject, item.reason);
  return text;
}

std::string table_text(const table& item) {
  bool has_bytes = false;
  bool has_aim = false;
  for (const subject_result& each : item.subjects) {
    has_bytes = has_bytes || each.bytes > 0;
    has_aim = has_aim || each.aim > 0;
  }
  std::string text = fmt::format("\n{} (time for one {})\n", item.label, item.unit);
  const auto to = std::back_inserter(text);
  fmt::format_to(to, "  {:<30}{:>10}{:>10}{:>10}{:>12}", "", "median", "minimum", "maximum", "ratio");
  if (has_aim) fmt::format_to(to, "{:>12}", "aim");
  if (has_bytes) fmt::format_to(to, "{:>12}", "memory");
  text += '\n';
  for (const subject_result& each : item.subjects) {
    fmt::format_to(to, "  {:<30}", each.subject);
    if (!each.left_out.empty()) {
      fmt::format_to(to, "  left out: {}\n", each.left_out);
      continue;
    }
    fmt::format_to(to, "{:>10}{:>10}{:>10}{:>12}", time_text(each.summary.median), time_text(each.summary.minimum),
                   time_text(each.summary.maximum), each.ratio ? ratio_text(*each.ratio) : "");
    if (has_aim) fmt::format_to(to, "{:>12}", each.aim > 0 ? "<= " + ratio_text(each.aim) : "");
    if (has_bytes) fmt::format_to(to, "{:>12}", fmt::format("{:.1f} KB", each.bytes / 1e3));
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string growth_text(const report& all) {
  if (all.growths.empty()) return {};
  std::string text = "\nI many actors called in turn: a call to one of 1,000, to a call to one of 10\n";
  for (const growth& each : all.growths) {
    text += fmt::format("  {:<30}{:>12}{}\n", each.subject, ratio_text(each.ratio),
                        each.subject == "vicar" ? "   aim: <= 2.00 ×" : "");
  }
  return text;
}

}  // namespace benchmarks
