// SPDX-License-Identifier: BSL-1.0
// The cost of building with vicar, unoptimised. Every unit is compiled in turn, so that the ratios compare times
// measured at the same time. The measure is processor time: it depends less on other processes than elapsed time. The
// size of the object file is the same each time.
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "child_process.hpp"
#include "command_line.hpp"
#include "statistics.hpp"

namespace {

using namespace benchmarks;

constexpr const char* usage =
    R"(usage: compile_time [option]...
Measures what vicar costs to build, unoptimised.

  --compiler FILE  instead of the one that this program was built with
  --include DIR    folder with more headers; may be given more than once
  --rounds N       counted rounds (5), after one to warm up; N is 1 to 1000
  --help           shows this
)";

struct arguments {
  std::string compiler = VICAR_BENCHMARKS_COMPILER;
  std::vector<std::string> folders{VICAR_BENCHMARKS_INCLUDE_DIR};
  int rounds = 5;
  bool help = false;
};

arguments parse(const std::vector<std::string>& given) {
  arguments parsed;
  for_each_option(given, [&](const std::string& option, const auto& value) {
    if (option == "--compiler") {
      parsed.compiler = value();
    } else if (option == "--include") {
      parsed.folders.push_back(value());
    } else if (option == "--rounds") {
      parsed.rounds = parse_rounds(value());
    } else if (option == "--help") {
      parsed.help = true;
    } else {
      throw wrong_argument{fmt::format("there is no option `{}`", option)};
    }
  });
  return parsed;
}

/// A folder that is gone when the program ends.
class temporary_folder {
 public:
  temporary_folder() {
    std::string wanted = (std::filesystem::temp_directory_path() / "vicar_compile_time_XXXXXX").string();
    if (!mkdtemp(wanted.data())) throw std::runtime_error{fmt::format("`{}` cannot be made", wanted)};
    path_ = wanted;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

enum class body { plain, task };

/// A class with `members` methods, of which `main` calls the first `calls`, each as `call` writes it.
std::string generated(int members, int calls, std::string_view parameter, const std::function<std::string(int)>& call,
                      body what = body::plain) {
  std::string text = "#include <vicar/vicar.hpp>\n";
  if (what == body::task) text += "#include <vicar/task.hpp>\n";
  text += "template <int> struct distinct { int value; };\nstruct subject {\n";
  std::string names;
  for (int number = 0; number < members; ++number) {
    const std::string type = fmt::format(fmt::runtime(parameter), number);
    text +=
        what == body::task
            ? fmt::format("  vicar::task<int> member_{}({} argument) {{ co_return sizeof argument; }}\n", number, type)
            : fmt::format("  int member_{}({} argument) {{ return sizeof argument; }}\n", number, type);
    names += fmt::format(", member_{}", number);
  }
  text += fmt::format("}};\nVICAR_PROXY(subject{})\nint main() {{\n  auto proxy = vicar::start<subject>().proxy();\n",
                      names);
  for (int number = 0; number < calls; ++number) text += fmt::format("  {}.get();\n", call(number));
  return text + "}\n";
}

constexpr int few_members = 4;
constexpr int many_members = 64;
constexpr int few_calls = 2;
constexpr int many_calls = 34;

std::string by_name(int number) { return fmt::format("proxy->member_{}(1)", number); }
std::string by_constant(int number) { return fmt::format("proxy.call<&subject::member_{}>(1)", number); }
// Pointers of one type share their instantiations, so each method has its own type.
std::string by_pointer(int number) {
  return fmt::format("proxy.call(&subject::member_{0}, distinct<{0}>{{1}})", number);
}

struct unit {
  std::string name;
  std::string file;
};

std::vector<unit> make_units(const temporary_folder& folder) {
  std::vector<unit> units;
  for (const char* name : {
           "plain_includes",
           "one_actor",
           "two_actors",
#if defined(VICAR_BENCHMARKS_CAF)
           "caf_hello_world",
#endif
       })
    units.push_back({name, fmt::format("{}/{}.cpp", VICAR_BENCHMARKS_SOURCE_DIR, name)});
  const auto generate = [&](const char* name, const std::string& text) {
    units.push_back({name, folder.file(fmt::format("{}.cpp", name))});
    std::ofstream{units.back().file} << text;
  };
  generate("few_members", generated(few_members, 1, "int", by_name));
  generate("many_members", generated(many_members, 1, "int", by_name));
  generate("few_tasks", generated(few_members, 1, "int", by_name, body::task));
  generate("many_tasks", generated(many_members, 1, "int", by_name, body::task));
  generate("few_by_name", generated(many_calls, few_calls, "int", by_name));
  generate("many_by_name", generated(many_calls, many_calls, "int", by_name));
  generate("few_calls_of_tasks", generated(many_calls, few_calls, "int", by_name, body::task));
  generate("many_calls_of_tasks", generated(many_calls, many_calls, "int", by_name, body::task));
  generate("few_by_constant", generated(many_calls, few_calls, "int", by_constant));
  generate("many_by_constant", generated(many_calls, many_calls, "int", by_constant));
  generate("few_by_pointer", generated(many_calls, few_calls, "distinct<{}>", by_pointer));
  generate("many_by_pointer", generated(many_calls, many_calls, "distinct<{}>", by_pointer));
  return units;
}

/// Neither generated nor a unit without a function.
bool is_program(const unit& compiled) {
  return compiled.file.starts_with(VICAR_BENCHMARKS_SOURCE_DIR) && compiled.name != "plain_includes";
}

double compile(const arguments& chosen, const unit& compiled, const temporary_folder& folder) {
  // The compiler is found as the shell finds it.
  std::vector<std::string> command{"/usr/bin/env", chosen.compiler, "-std=c++20", "-O0", "-c"};
  for (const std::string& each : chosen.folders) command.push_back("-I" + each);
  command.insert(command.end(), {compiled.file, "-o", folder.file("object.o")});
  const finished_process finished = run_process(command);
  if (finished.status != 0) throw std::runtime_error{fmt::format("{} was not compiled", compiled.name)};
  return finished.processor_seconds * 1e3;
}

/// The text segment of the last object in bytes, as `size` reports it; constants and the tables for exceptions are
/// in it. Empty without `size`.
std::optional<double> size_of_code(const temporary_folder& folder) {
  const finished_process finished = run_process({"/usr/bin/env", "size", folder.file("object.o")});
  if (finished.status != 0) return std::nullopt;
  std::istringstream table{finished.output};
  std::string heads;
  double text = 0;
  if (!std::getline(table, heads) || !(table >> text)) throw std::runtime_error{"`size` writes another table"};
  return text;
}

using times = std::map<std::string, std::vector<double>>;
using sizes = std::map<std::string, double>;

void show(std::string_view what, const std::vector<double>& values, std::string_view unit, double budget) {
  const spread found = spread_of(values);
  const auto text = [&](double value) { return fmt::format("{:.2f} {}", value, unit); };
  fmt::print("{:<46}{:>12}{:>12}{:>12}{:>14}\n", what, text(found.median), text(found.minimum), text(found.maximum),
             budget > 0 ? fmt::format("<= {}", text(budget)) : "-");
}

void show_ratio(const times& measured, const char* compiled, const char* other, std::string_view what, double budget) {
  std::vector<double> ratios;
  for (std::size_t round = 0; round < measured.at(compiled).size(); ++round)
    ratios.push_back(measured.at(compiled)[round] / measured.at(other)[round]);
  show(what, ratios, "×", budget);
}

void show_difference(const times& measured, const char* many, const char* few, int more, std::string_view what,
                     double budget) {
  std::vector<double> differences;
  for (std::size_t round = 0; round < measured.at(many).size(); ++round)
    differences.push_back((measured.at(many)[round] - measured.at(few)[round]) / more);
  show(what, differences, "ms", budget);
}

void show_sizes(const sizes& code) {
  if (code.empty()) {
    fmt::print("skipped: the size of the code: `size` was not found (binutils)\n");
    return;
  }
  fmt::print("\n{:<46}{:>12}\n", "", "code");
  const auto show_one = [](std::string_view what, const std::string& value) {
    fmt::print("{:<46}{:>12}\n", what, value);
  };
  for (const auto& [name, bytes] : code) show_one(name, fmt::format("{:.1f} KB", bytes / 1e3));
  const auto caf = code.find("caf_hello_world");
  if (caf == code.end()) return;
  for (const char* name : {"one_actor", "two_actors"})
    show_one(fmt::format("{}, to caf_hello_world", name), fmt::format("{:.2f} ×", code.at(name) / caf->second));
}

void run(const arguments& chosen) {
  const temporary_folder folder;
  const std::vector<unit> units = make_units(folder);
  times measured;
  sizes code;
  for (int round = 0; round <= chosen.rounds; ++round) {
    for (const unit& compiled : units) {
      const double milliseconds = compile(chosen, compiled, folder);
      if (round > 0) {
        measured[compiled.name].push_back(milliseconds);
      } else if (is_program(compiled)) {
        if (const auto bytes = size_of_code(folder)) code[compiled.name] = *bytes;
      }
    }
  }

  fmt::print("{} -std=c++20 -O0 -c, processor time, {} rounds\n\n", chosen.compiler, chosen.rounds);
  fmt::print("{:<46}{:>12}{:>12}{:>12}{:>14}\n", "", "median", "minimum", "maximum", "budget");
  for (const unit& compiled : units) {
    if (compiled.file.starts_with(VICAR_BENCHMARKS_SOURCE_DIR))
      show(compiled.name, measured.at(compiled.name), "ms", 0);
  }
#if defined(VICAR_BENCHMARKS_CAF)
  show_ratio(measured, "one_actor", "caf_hello_world", "one_actor, to caf_hello_world", 0.5);
#else
  fmt::print("skipped: caf_hello_world: CAF 0.17 was not found (libcaf-dev)\n");
#endif
  show_ratio(measured, "one_actor", "plain_includes", "one_actor, to plain_includes", 1.5);
  show_difference(measured, "many_members", "few_members", many_members - few_members, "a registered member", 5);
  show_difference(measured, "many_tasks", "few_tasks", many_members - few_members, "a registered member that is a task",
                  10);
  constexpr int more = many_calls - few_calls;
  show_difference(measured, "many_by_name", "few_by_name", more, "a call by name", 6);
  show_difference(measured, "many_calls_of_tasks", "few_calls_of_tasks", more, "a call by name of a task", 0);
  show_difference(measured, "many_by_constant", "few_by_constant", more, "a call by pointer, call<&T::m>()", 6);
  show_difference(measured, "many_by_pointer", "few_by_pointer", more, "a call by pointer, call(&T::m), its own type",
                  6);
  show_sizes(code);
}

}  // namespace

int main(int count, char** values) { return run_program("compile_time", usage, count, values, parse, run); }
