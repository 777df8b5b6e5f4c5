// SPDX-License-Identifier: BSL-1.0
#include "child_process.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace benchmarks {

namespace {

[[noreturn]] void fail(int code, const std::string& what) {
  throw std::system_error{code, std::generic_category(), what};
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

finished_process run_process(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  // Closed in the child, but for the copy that becomes its output.
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno, "pipe2");

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int refused = posix_spawn(&child, command.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (refused != 0) {
    close(ends[0]);
    fail(refused, command.front());
  }

  finished_process finished;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t length = read(ends[0], part.data(), part.size());
    if (length > 0)
      finished.output.append(part.data(), static_cast<std::size_t>(length));
    else if (length == 0 || errno != EINTR)
      break;
  }
  close(ends[0]);

  int status = 0;
  rusage used{};
  while (wait4(child, &status, 0, &used) < 0) {
    if (errno != EINTR) fail(errno, "wait4");
  }
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.processor_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  return finished;
}

}  // namespace benchmarks
