// SPDX-License-Identifier: BSL-1.0
// worker_pool [folder...]: counts the words of every text file below the folders (the current one if none is given),
// first with one actor, then with a pool of them. Ctrl-C ends it early, with the results so far. All files are read
// once before that, so that neither run is the one that fetches them from the disk.
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <unistd.h>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

namespace fs = std::filesystem;
using skipped_paths = std::map<fs::path, std::string>;  // with the reason

struct tally {
  std::unordered_map<std::string, std::uint64_t> frequency;
  std::uint64_t files = 0;
  std::uint64_t words = 0;
  std::uint64_t bytes = 0;

  void add(const tally& other) {
    for (const auto& [word, count] : other.frequency) frequency[word] += count;
    files += other.files;
    words += other.words;
    bytes += other.bytes;
  }
};

/// An actor that hands out the files, one to each worker that asks, and collects those that could not be counted.
class file_queue {
 public:
  explicit file_queue(std::vector<fs::path> files) : files_{std::move(files)} {}

  std::optional<fs::path> next() {
    if (handed_out == files_.size()) return std::nullopt;
    return files_[handed_out++];
  }
  void drop_rest() { files_.resize(handed_out); }
  void skip(fs::path file, std::string reason) { skipped.emplace(std::move(file), std::move(reason)); }

  std::size_t handed_out = 0;
  skipped_paths skipped;

 private:
  std::vector<fs::path> files_;
};
VICAR_PROXY(file_queue, next, drop_rest, skip, handed_out, skipped)

/// An actor of the pool. It has a proxy of the queue and a table of its own: nothing is shared, nothing is locked.
class word_counter {
 public:
  explicit word_counter(vicar::actor_proxy<file_queue> queue) : queue_{std::move(queue)} {}

  tally count_all() {
    while (const std::optional<fs::path> file = queue_->next().get()) count(*file);
    return std::move(tally_);
  }

 private:
  void count(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) return queue_->skip.defer(path, std::generic_category().message(errno));
    for (bool first = true; file; first = false) {
      file.read(block_.data(), static_cast<std::streamsize>(block_.size()));
      const std::string_view text{block_.data(), static_cast<std::size_t>(file.gcount())};
      if (first && text.find('\0') != std::string_view::npos) return queue_->skip.defer(path, "not a text");
      count_words(text);
      tally_.bytes += text.size();
    }
    end_word();
    if (file.bad()) return queue_->skip.defer(path, "read in part: " + std::generic_category().message(errno));
    ++tally_.files;
  }

  /// A word may go on in the next block. What is beyond ASCII counts as letters, as most of it is in UTF-8.
  void count_words(std::string_view text) {
    for (const char c : text) {
      const bool upper = c >= 'A' && c <= 'Z';
      const bool letter = upper || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
      if (!letter) {
        end_word();
      } else if (word_.size() < longest_word) {
        word_ += upper ? static_cast<char>(c - 'A' + 'a') : c;
      }
    }
  }
  void end_word() {
    if (word_.empty()) return;
    ++tally_.frequency[word_];
    ++tally_.words;
    word_.clear();
  }

  static constexpr std::size_t longest_word = 64;  // longer ones are cut: no file can fill the memory with one word
  vicar::actor_proxy<file_queue> queue_;
  std::array<char, 65536> block_{};
  std::string word_;
  tally tally_;
};
VICAR_PROXY(word_counter, count_all)

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

void interrupt(int) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);  // a second Ctrl-C ends the program at once
}

/// Adds the regular files below `folder`. Links to folders are not followed, so that no loop of them can catch us.
void find_files(const fs::path& folder, std::vector<fs::path>& files, skipped_paths& skipped) {
  std::error_code failure;
  for (fs::directory_iterator each{folder, failure}, end; each != end && !interrupted; each.increment(failure)) {
    std::error_code unknown;
    const fs::path& path = each->path();
    if (each->symlink_status(unknown).type() == fs::file_type::directory) {
      find_files(path, files, skipped);
      continue;
    }
    const fs::file_type type = each->status(unknown).type();
    if (type == fs::file_type::regular) {
      files.push_back(path);
    } else if (type != fs::file_type::directory) {
      skipped.emplace(path, unknown ? unknown.message() : "not a regular file");
    }
  }
  if (failure) skipped.emplace(folder, failure.message());
}

/// One line that is rewritten on a terminal; a new line now and then elsewhere.
class progress_line {
 public:
  void show(std::string_view text) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + (terminal_ ? std::chrono::milliseconds{100} : std::chrono::milliseconds{5000});
    fmt::print("{}{}{}", terminal_ ? "\r" : "", text, terminal_ ? "\x1b[K" : "\n");
    std::fflush(stdout);
  }
  ~progress_line() {
    if (terminal_) fmt::print("\r\x1b[K");
  }

 private:
  bool terminal_ = isatty(STDOUT_FILENO) == 1;
  std::chrono::steady_clock::time_point next_{};
};

/// What cannot be read is left to the actors, who say so.
void fetch_from_disk(const std::vector<fs::path>& files) {
  std::array<char, 65536> block{};
  progress_line progress;
  std::size_t number = 0;
  for (const fs::path& path : files) {
    if (interrupted) return;
    std::ifstream file{path, std::ios::binary};
    while (file && !interrupted) file.read(block.data(), static_cast<std::streamsize>(block.size()));
    progress.show(fmt::format("reading file {} of {}", ++number, files.size()));
  }
}

struct outcome {
  tally total;
  skipped_paths skipped;
  std::size_t dropped = 0;
  double seconds = 0;
};

/// One run: starts the actors, waits for them, adds up what they found, and stops them.
outcome count_with(std::size_t actors, const std::vector<fs::path>& files) {
  const auto began = std::chrono::steady_clock::now();
  const auto queue = vicar::start<file_queue>(files).proxy();
  std::vector<vicar::future<tally>> answers;
  answers.reserve(actors);
  for (std::size_t i = 0; i < actors; ++i) answers.push_back(vicar::start<word_counter>(queue).proxy()->count_all());

  outcome result;
  progress_line progress;
  for (const vicar::future<tally>& answer : answers) {
    while (!answer.wait_for(std::chrono::milliseconds{50})) {
      if (interrupted) queue->drop_rest.defer();
      progress.show(fmt::format("actors: {}, file {} of {}", actors, queue->handed_out.get(), files.size()));
    }
  }
  for (const tally& part : vicar::get_all(std::move(answers))) result.total.add(part);
  result.skipped = queue->skipped.get();
  result.dropped = files.size() - queue->handed_out.get();
  vicar::registry::stop_all();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return result;
}

void print_results(const tally& total, const skipped_paths& skipped) {
  std::size_t printed = 0;
  for (const auto& [path, reason] : skipped) {
    if (printed++ < 20) fmt::print("skipped {}: {}\n", path.string(), reason);
  }
  if (printed > 20) fmt::print("skipped {} more\n", printed - 20);

  std::vector<std::pair<std::string_view, std::uint64_t>> words{total.frequency.begin(), total.frequency.end()};
  const auto end = words.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(20, words.size()));
  std::partial_sort(words.begin(), end, words.end(), [](const auto& a, const auto& b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);  // ties by the alphabet
  });
  for (auto each = words.begin(); each != end; ++each) fmt::print("{:>10}  {}\n", each->second, each->first);
  fmt::print("{} files, {} words, {} bytes, {} skipped\n", total.files, total.words, total.bytes, skipped.size());
}

int main(int argument_count, char** arguments) try {
  std::vector<fs::path> folders(arguments + 1, arguments + argument_count);
  if (folders.empty()) folders.emplace_back(".");
  std::signal(SIGINT, interrupt);

  std::vector<fs::path> files;
  skipped_paths skipped;
  for (const fs::path& folder : folders) {
    std::error_code unknown;
    if (!fs::is_directory(folder, unknown)) {
      fmt::print(stderr, "worker_pool: no such folder: {}\n", folder.string());
      return 2;
    }
    find_files(folder, files, skipped);
  }

  fetch_from_disk(files);
  const std::size_t actors = std::max(2U, std::thread::hardware_concurrency());
  // A few files take so little time that one interruption doubles it: then several runs of each, of which the fastest
  // count.
  outcome result;
  double one = std::numeric_limits<double>::infinity();
  double pool = one;
  const auto began = std::chrono::steady_clock::now();
  do {
    result = count_with(1, files);
    one = std::min(one, result.seconds);
    if (interrupted) break;
    result = count_with(actors, files);
    pool = std::min(pool, result.seconds);
  } while (!interrupted && std::chrono::steady_clock::now() - began < std::chrono::milliseconds{500});

  skipped.merge(result.skipped);
  print_results(result.total, skipped);
  if (interrupted) {
    fmt::print("interrupted: {} files were not counted\n", result.dropped);
    return 130;
  }
  fmt::print("one actor: {:.3f} s, {} actors: {:.3f} s, {:.2f} times as fast\n", one, actors, pool, one / pool);
} catch (const std::exception& failure) {
  fmt::print(stderr, "worker_pool: {}\n", failure.what());
  return 1;
}
