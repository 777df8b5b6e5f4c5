// SPDX-License-Identifier: BSL-1.0
#include <string_view>

#include <fmt/format.h>

#include "report.hpp"

namespace benchmarks {

namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\')
      (result += '\\') += letter;
    else if (static_cast<unsigned char>(letter) < 0x20)
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(letter));
    else
      result += letter;
  }
  return result + '"';
}

/// `[` and `]` around the elements, each written by `write`, with commas between.
template <class Range, class Write>
std::string list(const Range& elements, Write write) {
  std::string result;
  for (const auto& element : elements) {
    if (!result.empty()) result += ", ";
    result += write(element);
  }
  return '[' + result + ']';
}

std::string subject_json(const subject_result& item) {
  std::string text = fmt::format("\n      {{\"subject\": {}", quoted(item.subject));
  if (!item.left_out.empty()) return text + fmt::format(", \"left_out\": {}}}", quoted(item.left_out));
  text += fmt::format(", \"median\": {:.2f}, \"minimum\": {:.2f}, \"maximum\": {:.2f}", item.summary.median,
                      item.summary.minimum, item.summary.maximum);
  if (item.ratio) text += fmt::format(", \"ratio\": {:.5f}", *item.ratio);
  if (item.aim > 0) text += fmt::format(", \"aim\": {}", item.aim);
  if (item.bytes > 0) text += fmt::format(", \"bytes\": {:.0f}", item.bytes);
  return text + fmt::format(", \"rounds\": {}}}",
                            list(item.nanoseconds, [](double value) { return fmt::format("{:.2f}", value); }));
}

std::string table_json(const table& item) {
  return fmt::format("\n    {{\"scenario\": {}, \"title\": {}, \"variant\": {}, \"unit\": {}, \"subjects\": {}}}",
                     quoted(std::string_view{&item.scenario, 1}), quoted(item.title), quoted(item.variant),
                     quoted("nanoseconds for one " + item.unit), list(item.subjects, subject_json));
}

}  // namespace

void write_json(std::ostream& out, const report& all) {
  out << fmt::format("{{\n  \"machine\": {},\n  \"compiler\": {},\n  \"rounds\": {},\n  \"quick\": {},\n",
                     quoted(all.machine), quoted(all.compiler), all.rounds, all.quick);
  out << fmt::format("  \"remarks\": {},\n", list(all.remarks, quoted));
  out << fmt::format("  \"skipped\": {},\n", list(all.skipped, [](const suite::absence& item) {
                       return fmt::format("{{\"subject\": {}, \"reason\": {}}}", quoted(item.subject),
                                          quoted(item.reason));
                     }));
  out << fmt::format("  \"growth_from_10_to_1000_actors\": {},\n", list(all.growths, [](const growth& item) {
                       return fmt::format("{{\"subject\": {}, \"ratio\": {:.5f}}}", quoted(item.subject), item.ratio);
                     }));
  out << fmt::format("  \"tables\": {}\n}}\n", list(all.tables, table_json));
}

}  // namespace benchmarks
