// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <sys/wait.h>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/started.hpp"

using support::containing;
using support::started;

namespace {

struct scribe {
  int seven() const { return 7; }
};
struct keeper_of_the_great_seal {
  int seven() const { return 7; }
};

/// The names of this program's threads, as the system shows them.
std::vector<std::string> thread_names() {
  std::vector<std::string> names;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream comm{task.path() / "comm"};
    std::string name;
    if (std::getline(comm, name)) names.push_back(name);
  }
  return names;
}

std::size_t threads_named(const std::string& name) {
  const std::vector<std::string> names = thread_names();
  return static_cast<std::size_t>(std::count(names.begin(), names.end(), name));
}

}  // namespace

TEST_CASE("an actor's thread is named after its class") {
  const started<scribe> first;
  const started<scribe> second;
  const started<keeper_of_the_great_seal> third;
  // Threads name themselves before they handle anything.
  for (const auto& each : {first.ref, second.ref}) CHECK(each.call<&scribe::seven>().get() == 7);
  CHECK(third.ref.call<&keeper_of_the_great_seal::seven>().get() == 7);

  CHECK(first.ref.name() == containing("scribe-"));
  CHECK(first.ref.name() != second.ref.name());
  CHECK(threads_named(std::string{first.ref.name()}) == 1);
  CHECK(threads_named(std::string{second.ref.name()}) == 1);
  CHECK(third.ref.name() == containing("keeper_of_the_great_seal-"));
  CHECK(threads_named("keeper_of_the_g") == 1);  // the system keeps 15 characters
}

namespace {

struct outcome {
  std::string output;
  int wait_status;
};

/// Runs one case of the program in tests/process that ends with actors alive. ctest passes its path.
outcome end_of_process(const std::string& case_name) {
  const char* const program = std::getenv("VICAR_END_OF_PROCESS");
  REQUIRE(program != nullptr);
  std::FILE* const child = popen(fmt::format("exec '{}' {}", program, case_name).c_str(), "r");
  REQUIRE(child != nullptr);
  std::string output;
  for (int c = std::fgetc(child); c != EOF; c = std::fgetc(child)) output += static_cast<char>(c);
  return {output, pclose(child)};
}

}  // namespace

TEST_CASE("an actor is no daemon by default: the end of the program waits for its backlog") {
  STATIC_REQUIRE_FALSE(vicar::options{}.daemon);
  const outcome forgotten = end_of_process("forgotten");
  CHECK(forgotten.output == containing("actor 3 handled 3000", "actor 1 handled 1000"));
  REQUIRE(WIFEXITED(forgotten.wait_status));
  CHECK(WEXITSTATUS(forgotten.wait_status) == 0);
}

TEST_CASE("the flag makes an actor a daemon: the end of the program does not wait for its backlog") {
  const outcome daemon = end_of_process("daemon");
  CHECK(daemon.output == containing("main returns", "statics destroyed"));
  CHECK_FALSE(daemon.output == containing("not to be seen"));
  REQUIRE(WIFEXITED(daemon.wait_status));
  CHECK(WEXITSTATUS(daemon.wait_status) == 0);
}
