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

std::string subject_json(const subject_result& one) {
  std::string text = fmt::format("\n      {{\"subject\": {}", quoted(one.subject));
  if (!one.left_out.empty()) return text + fmt::format(", \"left_out\": {}}}", quoted(one.left_out));
  text += fmt::format(", \"median\": {:.2f}, \"minimum\": {:.2f}, \"maximum\": {:.2f}", one.summary.median,
                      one.summary.minimum, one.summary.maximum);
  if (one.ratio) text += fmt::format(", \"ratio\": {:.5f}", *one.ratio);
  if (one.aim > 0) text += fmt::format(", \"aim\": {}", one.aim);
  if (one.bytes > 0) text += fmt::format(", \"bytes\": {:.0f}", one.bytes);
  return text + fmt::format(", \"rounds\": {}}}",
                            list(one.nanoseconds, [](double value) { return fmt::format("{:.2f}", value); }));
}

std::string table_json(const table& one) {
  return fmt::format("\n    {{\"scenario\": {}, \"title\": {}, \"variant\": {}, \"unit\": {}, \"subjects\": {}}}",
                     quoted(std::string_view{&one.scenario, 1}), quoted(one.title), quoted(one.variant),
                     quoted("nanoseconds for one " + one.unit), list(one.subjects, subject_json));
}

}  // namespace

void write_json(std::ostream& out, const report& all) {
  out << fmt::format("{{\n  \"machine\": {},\n  \"compiler\": {},\n  \"rounds\": {},\n  \"quick\": {},\n",
                     quoted(all.machine), quoted(all.compiler), all.rounds, all.quick);
  out << fmt::format("  \"remarks\": {},\n", list(all.remarks, quoted));
  out << fmt::format("  \"skipped\": {},\n", list(all.skipped, [](const suite::absence& one) {
                       return fmt::format("{{\"subject\": {}, \"reason\": {}}}", quoted(one.subject),
                                          quoted(one.reason));
                     }));
  out << fmt::format("  \"growth_from_10_to_1000_actors\": {},\n", list(all.growths, [](const growth& one) {
                       return fmt::format("{{\"subject\": {}, \"ratio\": {:.5f}}}", quoted(one.subject), one.ratio);
                     }));
  out << fmt::format("  \"tables\": {}\n}}\n", list(all.tables, table_json));
}

}  // namespace benchmarks
