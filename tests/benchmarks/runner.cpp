// SPDX-License-Identifier: BSL-1.0
#include "runner.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <stdexcept>

#include <fmt/core.h>

#include "check.hpp"
#include "child_process.hpp"

namespace benchmarks {

namespace {

constexpr std::size_t few_actors = 10;
constexpr std::size_t many_actors = 1000;
constexpr std::size_t most_actors_of_quick = 1000;

/// The reference subject comes first in a scenario.
bool is_wanted(const subject_case& item, bool first, const arguments& chosen) {
  return first || !chosen.subjects || std::regex_search(item.subject, *chosen.subjects);
}

measurement run_in_own_process(const subject_case& item, const arguments& chosen) {
  std::vector<std::string> command{"/proc/self/exe", "--internal-case", std::string{item.scenario}, item.subject};
  if (chosen.quick) command.emplace_back("--quick");
  const finished_process finished = run_process(command);
  if (finished.status != 0) {
    throw std::runtime_error{
        fmt::format("{} in a process of its own ended with status {}", item.subject, finished.status)};
  }
  return parse_measurement(finished.output);
}

/// The figures of one subject in one variant, before they are summed up.
struct samples {
  std::vector<measurement> rounds;
  std::string left_out;
};

void take(samples& into, bool counted, const subject_case& item, const scenario& which, const variant& how,
          const arguments& chosen) {
  if (!into.left_out.empty()) return;
  try {
    const measurement taken = which.own_process
                                  ? run_in_own_process(item, chosen)
                                  : item.run({how.where, how.actors, chosen.quick, how.capacity, how.senders});
    if (counted) into.rounds.push_back(taken);
  } catch (const left_out& reason) {
    into.left_out = reason.what();
  }
}

subject_result sum_up(const samples& taken, const subject_case& item, const variant& how) {
  subject_result result;
  result.subject = item.subject;
  result.left_out = taken.left_out;
  if (!taken.left_out.empty()) return result;
  std::vector<double> bytes;
  for (const measurement& each : taken.rounds) {
    result.nanoseconds.push_back(each.nanoseconds);
    bytes.push_back(each.bytes);
  }
  result.summary = spread_of(result.nanoseconds);
  result.bytes = spread_of(bytes).median;
  if (item.subject.starts_with("vicar")) result.aim = how.aim;
  return result;
}

/// From few to many actors, for those subjects that have figures for both.
std::vector<growth> growths_of(const std::vector<const variant*>& variants, const std::vector<table>& tables) {
  const table* few = nullptr;
  const table* many = nullptr;
  for (std::size_t index = 0; index < variants.size(); ++index) {
    if (variants[index]->actors == few_actors) few = &tables[index];
    if (variants[index]->actors == many_actors) many = &tables[index];
  }
  std::vector<growth> all;
  if (!few || !many) return all;
  for (std::size_t index = 0; index < few->subjects.size(); ++index) {
    const subject_result& at_few = few->subjects[index];
    const subject_result& at_many = many->subjects[index];
    if (at_few.left_out.empty() && at_many.left_out.empty())
      all.push_back({at_few.subject, paired_ratio(at_many.nanoseconds, at_few.nanoseconds)});
  }
  return all;
}

}  // namespace

std::vector<selection> select(const suite& all, const arguments& chosen) {
  std::vector<selection> selected;
  bool more_than_baselines = false;
  for (const scenario& which : scenarios()) {
    selection item{&which, {}, {}};
    for (const variant& how : which.variants) {
      const bool wanted = !chosen.scenarios || std::regex_search(label_of(which, how), *chosen.scenarios);
      if (wanted && is_possible(how.where) && !(chosen.quick && how.actors > most_actors_of_quick))
        item.variants.push_back(&how);
    }
    bool first = true;
    for (const subject_case& each : all.cases()) {
      if (each.scenario != which.letter) continue;
      if (is_wanted(each, first, chosen)) item.cases.push_back(&each);
      first = false;
    }
    if (item.variants.empty() || item.cases.empty()) continue;
    more_than_baselines = more_than_baselines || item.cases.size() > 1 || is_wanted(*item.cases.front(), false, chosen);
    selected.push_back(std::move(item));
  }
  if (selected.empty()) throw wrong_argument{"no scenario matches; --list shows them"};
  if (!more_than_baselines) throw wrong_argument{"no subject matches; --list shows them"};
  return selected;
}

std::string measurement_line(const measurement& item) {
  return fmt::format("{:.17g} {:.17g}\n", item.nanoseconds, item.bytes);
}

measurement parse_measurement(const std::string& line) {
  std::istringstream in{line};
  measurement item;
  if (!(in >> item.nanoseconds >> item.bytes) || item.nanoseconds <= 0)
    throw std::runtime_error{fmt::format("`{}` is not a measurement", line)};
  return item;
}

void run_selection(const selection& selected, const arguments& chosen, report& found) {
  const std::size_t cases = selected.cases.size();
  std::vector<std::vector<samples>> taken(selected.variants.size(), std::vector<samples>(cases));
  for (int round = 0; round <= chosen.rounds; ++round) {
    for (std::size_t variant = 0; variant < taken.size(); ++variant) {
      for (std::size_t index = 0; index < cases; ++index)
        take(taken[variant][index], round > 0, *selected.cases[index], *selected.which, *selected.variants[variant],
             chosen);
    }
  }

  std::vector<table> tables;
  for (std::size_t variant = 0; variant < taken.size(); ++variant) {
    const auto& how = *selected.variants[variant];
    table item{selected.which->letter, selected.which->title,          how.label,
               selected.which->unit,   label_of(*selected.which, how), {}};
    for (std::size_t index = 0; index < cases; ++index)
      item.subjects.push_back(sum_up(taken[variant][index], *selected.cases[index], how));
    const subject_result& baseline = item.subjects.front();
    for (std::size_t index = 1; index < cases; ++index) {
      subject_result& each = item.subjects[index];
      if (baseline.left_out.empty() && each.left_out.empty())
        each.ratio = paired_ratio(each.nanoseconds, baseline.nanoseconds);
    }
    tables.push_back(std::move(item));
  }
  for (const growth& each : growths_of(selected.variants, tables)) found.growths.push_back(each);
  for (table& each : tables) found.tables.push_back(std::move(each));
}

}  // namespace benchmarks
