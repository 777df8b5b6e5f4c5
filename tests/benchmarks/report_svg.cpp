// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "report.hpp"

namespace benchmarks {

namespace {

// In pixels.
constexpr double plot_left = 250;
constexpr double plot_right = 740;
constexpr double width = 800;
constexpr double legend_column = 198;
constexpr std::size_t legend_columns = 4;
constexpr double top = 78;
constexpr double bar_height = 7;
constexpr double gap = 9;

// Middle tones, which stand out from white and from black.
constexpr std::array<std::string_view, 8> colours{"#2f81f7", "#d97706", "#16a34a", "#a855f7",
                                                  "#db2777", "#0d9488", "#a16207", "#7d8590"};

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '&')
      result += "&amp;";
    else if (letter == '<')
      result += "&lt;";
    else if (letter == '>')
      result += "&gt;";
    else
      result += letter;
  }
  return result;
}

/// The ways to call vicar are compared with each other, not with `hand`.
std::vector<table> shown_tables(const report& all) {
  std::vector<table> shown;
  for (const table& item : all.tables) {
    if (item.subjects.front().subject == "hand") shown.push_back(item);
  }
  return shown;
}

/// The subjects that are shown, each with a colour that it keeps.
std::vector<std::string> shown_subjects(const std::vector<table>& tables) {
  std::vector<std::string> names;
  for (const table& item : tables) {
    for (const subject_result& each : item.subjects) {
      if (each.ratio && std::find(names.begin(), names.end(), each.subject) == names.end())
        names.push_back(each.subject);
    }
  }
  return names;
}

class scale {
 public:
  explicit scale(const std::vector<table>& tables) {
    double lowest = 0.5;
    double highest = 2;
    for (const table& item : tables) {
      for (const subject_result& each : item.subjects) {
        if (!each.ratio) continue;
        lowest = std::min(lowest, *each.ratio);
        highest = std::max(highest, *each.ratio);
      }
    }
    low_ = std::floor(std::log10(lowest));
    high_ = std::ceil(std::log10(highest));
  }

  double at(double ratio) const {
    return plot_left + (std::log10(ratio) - low_) / (high_ - low_) * (plot_right - plot_left);
  }
  int lowest_power() const { return static_cast<int>(low_); }
  int highest_power() const { return static_cast<int>(high_); }

 private:
  double low_ = 0;
  double high_ = 0;
};

std::string legend(const std::vector<std::string>& subjects) {
  std::string text;
  for (std::size_t index = 0; index < subjects.size(); ++index) {
    const double left = 8 + legend_column * static_cast<double>(index % legend_columns);
    const double baseline = 35 + 15 * static_cast<double>(index / legend_columns);
    text += fmt::format("<rect x='{}' y='{}' width='9' height='9' fill='{}'/><text x='{}' y='{}'>{}</text>\n", left,
                        baseline - 8, colours[index % colours.size()], left + 13, baseline, escaped(subjects[index]));
  }
  return text;
}

std::string bar(const scale& axis, const subject_result& item, double y, std::string_view colour) {
  const double end = axis.at(*item.ratio);
  const double from = axis.at(1);
  const bool cheaper = end < from;
  return fmt::format(
      "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{}' fill='{}'/>"
      "<text class='v' x='{:.1f}' y='{:.1f}'{}>{}</text>\n",
      std::min(from, end), y, std::max(std::abs(end - from), 1.0), bar_height - 1, colour, cheaper ? end - 3 : end + 3,
      y + bar_height - 1, cheaper ? " text-anchor='end'" : "", ratio_text(*item.ratio));
}

}  // namespace

void write_svg(std::ostream& out, const report& all) {
  const std::vector<table> tables = shown_tables(all);
  const std::vector<std::string> subjects = shown_subjects(tables);
  const scale axis{tables};
  std::string bars;
  double y = top;
  for (const table& item : tables) {
    const double begin = y;
    for (const subject_result& each : item.subjects) {
      if (!each.ratio) continue;
      const auto index =
          static_cast<std::size_t>(std::find(subjects.begin(), subjects.end(), each.subject) - subjects.begin());
      bars += bar(axis, each, y, colours[index % colours.size()]);
      y += bar_height;
    }
    if (y == begin) continue;
    bars += fmt::format("<text x='8' y='{:.1f}'>{}</text>\n", (begin + y) / 2 + 3, escaped(item.label));
    y += gap;
  }

  out << fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='{1:.0f}' viewBox='0 0 {0} {1:.0f}'>\n"
      "<style>text{{font:10px sans-serif;fill:#6e7781}}.t{{font-size:12px;font-weight:bold}}.v{{font-size:7px}}"
      "line{{stroke:#8b949e;stroke-opacity:.35}}.one{{stroke-opacity:1}}"
      "@media(prefers-color-scheme:dark){{text{{fill:#adbac7}}}}</style>\n"
      "<text class='t' x='8' y='16'>Time compared with a hand-written queue, mutex and condition variable (1 ×): "
      "further left is faster</text>\n",
      width, y + 8);
  out << legend(subjects);
  for (int power = axis.lowest_power(); power <= axis.highest_power(); ++power) {
    const double x = axis.at(std::pow(10.0, power));
    out << fmt::format(
        "<line{} x1='{:.1f}' x2='{:.1f}' y1='{}' y2='{:.0f}'/><text x='{:.1f}' y='{}' "
        "text-anchor='middle'>{:g} ×</text>\n",
        power == 0 ? " class='one'" : "", x, x, top - 6, y, x, top - 10, std::pow(10.0, power));
  }
  out << bars << "</svg>\n";
}

}  // namespace benchmarks
