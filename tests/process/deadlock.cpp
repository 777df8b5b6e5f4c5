// SPDX-License-Identifier: BSL-1.0
// Starts the program of examples/deadlock.cpp, whose path is its argument, reads its report of the detected cycle, and
// then sends signals until a report shows both of its actors waiting. If it fails, it prints the output that it has
// read.
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

namespace {

using namespace std::chrono_literals;

[[noreturn]] void give_up(const char* what) {
  std::printf("%s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

/// A child process whose output, including errors, is read here. It is killed with this object.
class child {
 public:
  explicit child(char* path) {
    int ends[2];
    if (pipe(ends) != 0) give_up("no pipe");
    pid_ = fork();
    if (pid_ < 0) give_up("no process");
    if (pid_ == 0) {
#if defined(__linux__)
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // not even if this test is killed
#endif
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      close(ends[1]);
      char* const arguments[] = {path, nullptr};
      execv(path, arguments);
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~child() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(output_);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  void send(int signal) const { kill(pid_, signal); }

  enum class what { text, nothing_yet, the_end };
  /// Appends the program's next output to `text`; waits at most a second for it.
  what read_into(std::string& text) const {
    pollfd asked{output_, POLLIN, 0};
    if (poll(&asked, 1, 1000) == 0) return what::nothing_yet;
    char buffer[4096];
    const ssize_t count = read(output_, buffer, sizeof(buffer));
    if (count <= 0) return what::the_end;
    text.append(buffer, static_cast<std::size_t>(count));
    return what::text;
  }

 private:
  pid_t pid_;
  int output_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream{line};
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

struct waiting_actor {
  std::string name;
  std::string class_name;
  std::string running;
  std::string mailbox;
  std::string waits_for;

  /// The words of its row in the table; none if there is no row.
  std::vector<std::string> row(const std::string& report) const {
    for (const std::string& line : lines_of(report)) {
      std::vector<std::string> words = words_of(line);
      if (words.size() > 2 && words[0] == name && words[1] == class_name) return words;
    }
    return {};
  }
  bool waits(const std::string& report) const {
    const std::vector<std::string> words = row(report);
    return words.size() > 2 && words[2] == "waiting";
  }
  /// For a waiting actor: whether the row has all other columns. The duration of the wait is not checked.
  bool row_is_right(const std::string& report) const {
    std::vector<std::string> words = row(report);
    const std::vector<std::string> wanted{name, class_name, "waiting", running, "", "s", mailbox, waits_for};
    if (words.size() != wanted.size() || words[4].find_first_not_of("0123456789.") != words[4].npos) return false;
    words[4].clear();
    return words == wanted;
  }
  /// Whether a frame of its stack is the running member; names of other functions may contain that one's.
  bool stack_is_right(const std::string& report) const {
    const std::string heading = name + " (" + class_name + "), thread ";
    const std::string function = class_name + "::" + running + "(";
    bool here = false;
    for (const std::string& line : lines_of(report)) {
      if (!line.starts_with(' ')) {
        here = line.starts_with(heading);
      } else if (here) {
        const std::string_view frame = std::string_view{line}.substr(line.find_first_not_of(" 0123456789"));
        if (frame.starts_with(function)) return true;
      }
    }
    return false;
  }
};

/// The first mistake in the report of two actors that both wait; null if there is none.
const char* problem_of(const std::string& report, const std::vector<waiting_actor>& actors) {
  for (const waiting_actor& each : actors) {
    if (!each.row_is_right(report)) return "an actor's row says something else";
    if (!each.stack_is_right(report)) return "an actor's stack does not have the function in which it waits";
  }
  return nullptr;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::puts("give the path of the example");
    return 1;
  }
  const std::vector<waiting_actor> actors{{"till-2", "till", "pay", "1", "bank-2.approve"},
                                          {"bank-2", "bank", "approve", "0", "till-2.receipt"}};
  const std::string heading = "The actors at signal " + std::to_string(SIGUSR1) + ":\n";
  const auto limit = std::chrono::steady_clock::now() + 60s;
  const child program{arguments[1]};

  std::string text;
  const char* problem = "it did not say within a minute that it is ready";
  bool ready = false;
  std::size_t begin = text.npos;  // the beginning of the current report
  while (std::chrono::steady_clock::now() < limit) {
    const child::what came = program.read_into(text);
    if (came == child::what::the_end) {
      problem = "it has ended";
      break;
    }
    if (!ready) {
      if (text.find("kill -USR1") == text.npos || !text.ends_with('\n')) continue;
      if (!text.starts_with("vicar: deadlock: ") || text.find("till-1.receipt (behind pay)") == text.npos) {
        problem = "it did not report which actor waits for which";
        break;
      }
      ready = true;
      problem = "no report within a minute showed both actors waiting";
      program.send(SIGUSR1);
      continue;
    }
    if (came == child::what::nothing_yet) program.send(SIGUSR1);
    if (begin == text.npos) {
      begin = text.find(heading);
      if (begin == text.npos) continue;
      program.send(SIGUSR1);
    }
    // A report is complete when the next one begins.
    const std::size_t end = text.find(heading, begin + heading.size());
    if (end == text.npos) continue;
    const std::string report = text.substr(begin, end - begin);
    begin = end;
    program.send(SIGUSR1);
    const bool all_wait =
        std::all_of(actors.begin(), actors.end(), [&](const auto& each) { return each.waits(report); });
    if (!all_wait || report.find("did not answer within a second") != report.npos) continue;
    problem = problem_of(report, actors);
    break;
  }
  if (!problem) return 0;
  std::printf("%s; it wrote:\n%s\n", problem, text.c_str());
  return 1;
}
