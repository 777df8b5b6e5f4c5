// SPDX-License-Identifier: BSL-1.0
// Compares vicar with what one would write by hand, and with other libraries: docs/performance.md.
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "arguments.hpp"
#include "check.hpp"
#include "command_line.hpp"
#include "report.hpp"
#include "runner.hpp"
#include "subjects.hpp"

namespace {

using namespace benchmarks;

std::string processor_name() {
  constexpr std::string_view key = "model name";
  std::ifstream information{"/proc/cpuinfo"};
  for (std::string line; std::getline(information, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with(key) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

std::string machine_text() {
  const core_set cores = all_cores();
  std::string load;
  std::ifstream{"/proc/loadavg"} >> load;
  return fmt::format("{}, {} cores, load {} at the beginning", processor_name(), CPU_COUNT(&cores.mask), load);
}

report make_report(const suite& all, const arguments& chosen) {
  report found;
  found.machine = machine_text();
#if defined(__clang__)
  found.compiler = "clang " __clang_version__;
#else
  found.compiler = "g++ " __VERSION__;
#endif
#if !defined(__OPTIMIZE__)
  found.remarks.emplace_back("built without optimisation: the figures mean nothing");
#endif
  if (!is_possible(placement::one_core_each)) found.remarks.emplace_back("one core only: no figures for one core each");
  found.skipped = all.skipped();
  found.rounds = chosen.rounds;
  found.quick = chosen.quick;
  return found;
}

void show_list(const suite& all, const arguments& chosen) {
  for (const selection& selected : select(all, chosen)) {
    for (const variant* how : selected.variants) fmt::print("{}\n", label_of(*selected.which, *how));
    for (const subject_case* item : selected.cases) fmt::print("    {}\n", item->subject);
  }
  for (const suite::absence& item : all.skipped()) fmt::print("skipped: {}: {}\n", item.subject, item.reason);
}

/// The case that another process of the program asked for.
void run_child(const suite& all, const arguments& chosen) {
  for (const subject_case& item : all.cases()) {
    if (std::string{item.scenario} != chosen.child_scenario || item.subject != chosen.child_subject) continue;
    fmt::print("{}", measurement_line(item.run({.quick = chosen.quick})));
    return;
  }
  throw wrong_argument{fmt::format("there is no case {} of `{}`", chosen.child_scenario, chosen.child_subject)};
}

/// Opened before anything is measured: a wrong path is reported at once.
std::ofstream open(const std::string& path) {
  std::ofstream file;
  if (path.empty()) return file;
  file.open(path);
  if (!file) throw wrong_argument{fmt::format("`{}` cannot be written", path)};
  return file;
}

void run(const arguments& chosen) {
  const suite all = make_suite();
  if (!chosen.child_scenario.empty()) return run_child(all, chosen);
  if (chosen.list) {
    show_list(all, chosen);
    return;
  }
  const std::vector<selection> selected = select(all, chosen);
  std::ofstream json = open(chosen.json_file);
  std::ofstream svg = open(chosen.svg_file);
  report found = make_report(all, chosen);
  fmt::print("{}", head_text(found));
  for (const selection& item : selected) {
    const std::size_t before = found.tables.size();
    run_selection(item, chosen, found);
    for (std::size_t index = before; index < found.tables.size(); ++index)
      fmt::print("{}", table_text(found.tables[index]));
    std::fflush(stdout);
  }
  fmt::print("{}", growth_text(found));
  if (json.is_open()) write_json(json, found);
  if (svg.is_open()) write_svg(svg, found);
  json.flush();
  svg.flush();
  if (!json || !svg) throw std::runtime_error{"the files could not be written to their end"};
}

}  // namespace

int main(int count, char** values) { return run_program("benchmarks", usage, count, values, parse, run); }
