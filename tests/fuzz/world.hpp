// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_FUZZ_WORLD_HPP
#define VICAR_TESTS_FUZZ_WORLD_HPP

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/compose.hpp>
#include <vicar/debug.hpp>
#include <vicar/detail/world/rules.hpp>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

#include "fuzz/program.hpp"

// The record of a running program, written by all of its threads, and checked when it has ended.
namespace fuzz {

class node;

inline constexpr std::size_t most_actors = 8;
inline constexpr std::size_t most_branches = 2;
inline constexpr std::size_t senders = 1 + most_actors + most_branches;  ///< the main thread is 0

/// The number of the sender on this thread.
inline thread_local std::size_t sender_here = 0;

/// The activity of the main thread, for the watchdog and for reports of violations.
struct state_of_input {
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  const program* what = nullptr;
  std::atomic<bool> runs{false};
  std::atomic<std::uint64_t> steps{0};  ///< grows as long as there is progress
};
inline constinit state_of_input input;

/// Totals over all programs so far.
struct tally {
  std::atomic<std::uint64_t> actors{0};
  std::atomic<std::uint64_t> messages{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> refused{0};    ///< by mailboxes that were full or closed
  std::atomic<std::uint64_t> lost{0};       ///< dropped, or pending at the end
  std::atomic<std::uint64_t> suspended{0};  ///< coroutines that their actor's end has destroyed
  std::atomic<std::uint64_t> resumed{0};    ///< awaits
  std::atomic<std::uint64_t> thrown{0};     ///< by messages
  std::atomic<std::uint64_t> deadlocks{0};  ///< waits that were refused
  std::atomic<std::uint64_t> timeouts{0};

  std::string text() const {
    return fmt::format(
        "{} instructions; {} actors; {} messages, of which {} handled, {} refused, {} lost, {} suspended; "
        "{} awaits; {} exceptions, {} deadlocks, {} timeouts",
        input.steps.load(), actors.load(), messages.load(), handled.load(), refused.load(), lost.load(),
        suspended.load(), resumed.load(), thrown.load(), deadlocks.load(), timeouts.load());
  }
};
inline constinit tally so_far;

[[noreturn]] inline void give_up(std::string_view why) {
  static constinit std::atomic<bool> begun{false};
  if (begun.exchange(true)) {
    for (;;) std::this_thread::yield();  // another thread reports it, and ends the process
  }
  std::string bytes;
  for (std::size_t i = 0; i < input.size; ++i) bytes += fmt::format("{:02x}", input.bytes[i]);
  fmt::print(stderr, "fuzz: {}\n\nThe input: {}\n{}\n{}\n", why, bytes,
             input.what ? text_of(*input.what) : std::string{}, vicar::actor_table());
  std::fflush(stderr);
  fmt::print(stderr, "{}", vicar::thread_tracebacks());
  std::fflush(stderr);
  std::abort();
}
template <class... Arguments>
void require(bool right, std::string_view otherwise, const Arguments&... arguments) {
  if (!right) give_up(fmt::format(fmt::runtime(otherwise), arguments...));
}

/// The identity of an exception object.
inline const void* exception_here() {
  try {
    throw;
  } catch (const std::exception& caught) {
    return &caught;
  } catch (const int& caught) {
    return &caught;
  } catch (...) {
    give_up("an exception that no instruction throws");
  }
}

/// The reply to the message of an instruction.
inline std::string answer_of(std::size_t number) { return fmt::format("the answer to message {}", number); }

struct record;
/// The messages whose answers a thread or a coroutine waits for.
using answers = std::vector<const record*>;

/// The outcome of the message of an instruction, each of which is executed at most once.
struct record {
  enum class kind : std::uint8_t { none, answered, deferred, field, continuation };
  enum class outcome : std::uint8_t {
    unknown,
    value,
    thrown,
    refused,
    dropped,
    left_over,
    suspended,  ///< its coroutine awaited something when the actor ended
    passed,     ///< a continuation that did not run its function, since its source has an exception
  };

  // Written before it is sent.
  kind what = kind::none;
  std::size_t target = 0;
  std::size_t sender = 0;
  std::uint64_t sequence = 0;
  /// Coroutines that work for this message await only futures of messages sent before this, and their own. Two
  /// coroutines that await each other wait forever, and are no deadlock.
  std::uint64_t horizon = 0;

  std::atomic<outcome> came{outcome::unknown};
  std::atomic<int> handled{0};
  std::atomic<std::uint32_t> notified{0};  ///< the actors that have handled a broadcast, one bit each
  std::atomic<const void*> thrown{nullptr};
  std::atomic<bool> threw_stop_all{false};
  std::atomic<bool> ended{false};      ///< handled to the end
  std::atomic<bool> abandoned{false};  ///< its coroutine was destroyed before
  int frames = 0;                      ///< those of its coroutines; used by the target's thread

  const answers* awaited = nullptr;  ///< what its coroutine awaits; guarded by the lock of the waits
};

/// The message that is handled on this thread.
inline thread_local const record* message_here = nullptr;

/// The record of one actor.
struct subject {
  std::size_t index = 0;
  std::size_t capacity = vicar::unbounded;
  vicar::overflow on_overflow = vicar::overflow::block;
  bool interleaving = true;

  std::atomic<bool> construction_failed{false};
  std::atomic<bool> constructed{false};
  std::atomic<int> destroyed{0};
  std::atomic<bool> inside{false};  ///< its code runs
  std::atomic<int> messages{0};
  std::atomic<int> failures{0};
  std::atomic<int> dropped{0};    ///< as the dead letter handler has seen
  std::atomic<int> left_over{0};  ///< likewise

  const answers* awaited = nullptr;  ///< what its thread sleeps for; guarded by the lock of the waits

  // Used by its own thread.
  std::thread::id thread;
  bool start_threw = false;
  int stopped = 0;  ///< how often `on_stop` or `on_failure` ran
  const void* failure = nullptr;
  std::array<std::uint64_t, senders> last_sequence{};
};

/// A future that was kept for other readers.
struct kept_future {
  vicar::future<std::string> answer;
  std::string expected;                               ///< if it has a value
  const record* origin = nullptr;                     ///< null if it was derived
  std::uint64_t sequence = 0;                         ///< of the origin, or the last one of all sources
  const record* maker = nullptr;                      ///< the message whose coroutine may await it at any rate
  std::shared_ptr<kept_future> followed;              ///< the source, for a continuation
  answers followed_origins;                           ///< and the messages that it comes from
  std::vector<std::shared_ptr<kept_future>> sources;  ///< the futures that it was derived from
  bool throws = false;                                ///< whether the function that computes the value throws
  std::atomic<int> made{0};                           ///< how often that ran
  std::atomic<const void*> thrown{nullptr};           ///< what it threw

  /// Of the functions that follow it on each actor, by sender; used by the actor's thread.
  std::array<std::array<std::uint64_t, senders>, most_actors> last_sequence{};
};

/// Whether a coroutine that works for a message may await a future: see `record::horizon`.
inline bool may_await(const record& message, const kept_future& kept) noexcept {
  return kept.sequence < message.horizon || kept.maker == &message;
}

/// What a program needs beside actors; on real threads, or in a world that decides the order.
class surroundings {
 public:
  /// Starts a thread, and returns what joins it.
  virtual std::function<void()> start(std::string name, std::function<void()> branch) = 0;
  /// Lets other threads go first.
  virtual void pause(int times) = 0;
  /// Returns when the threads of all stopped actors are done with them.
  virtual void settle() = 0;

 protected:
  ~surroundings() = default;
};

class world {
 public:
  world(const program& what, surroundings& its_surroundings) : records{what.count}, around{its_surroundings} {
    for (std::size_t i = 0; i < subjects.size(); ++i) subjects[i].index = i;
  }

  /// The record of the next actor, or null if there are enough.
  subject* new_subject() {
    const std::size_t index = started_.fetch_add(1);
    return index < subjects.size() ? &subjects[index] : nullptr;
  }
  void publish(subject& actor, vicar::actor_ref<node> ref);
  void forget(std::size_t whom);
  std::optional<std::pair<subject*, vicar::actor_ref<node>>> find(std::size_t whom) const;
  std::optional<vicar::actor_ref<node>> ref_of(const subject& actor) const;

  void keep(std::shared_ptr<kept_future> made) {
    const std::lock_guard lock{mutex_};
    kept_.push_back(std::move(made));
  }
  std::shared_ptr<kept_future> kept(std::size_t which) const {
    const std::lock_guard lock{mutex_};
    return kept_.empty() ? nullptr : kept_[which % kept_.size()];
  }
  /// Some kept futures that a coroutine which works for a message may await.
  std::vector<std::shared_ptr<kept_future>> awaitable(const record& message, std::size_t which,
                                                      std::size_t count) const {
    const std::lock_guard lock{mutex_};
    std::vector<std::shared_ptr<kept_future>> found;
    for (std::size_t i = 0; i < kept_.size() && found.size() < count; ++i) {
      const auto& each = kept_[(which + i) % kept_.size()];
      if (may_await(message, *each)) found.push_back(each);
    }
    return found;
  }
  std::vector<std::shared_ptr<kept_future>> all_kept() const {
    const std::lock_guard lock{mutex_};
    return kept_;
  }
  template <class T>
  void read_at_the_end(const record& origin, vicar::future<T> answer) {
    const std::lock_guard lock{mutex_};
    if constexpr (std::is_void_v<T>)
      writes.emplace_back(&origin, std::move(answer));
    else
      reads.emplace_back(&origin, std::move(answer));
  }

  std::vector<record> records;
  std::array<subject, most_actors> subjects;
  std::atomic<std::uint64_t> last_sequence{0};
  std::atomic<int> tickets{0};  ///< live arguments
  std::atomic<int> frames{0};   ///< live coroutines
  std::atomic<std::size_t> broadcasts{0};
  std::atomic<bool> ended{false};  ///< a wait was ended because no thread could run
  surroundings& around;
  std::mutex waits;
  std::atomic<bool> waits_cut{false};  ///< the end of an actor has destroyed a coroutine that awaited something

  // Used by the main thread.
  std::vector<std::function<void()>> branches;  ///< each joins one
  // Guarded by the lock, until the main thread is alone.
  std::vector<std::pair<const record*, vicar::future<int>>> reads;
  std::vector<std::pair<const record*, vicar::future<void>>> writes;

 private:
  std::atomic<std::size_t> started_{0};
  mutable std::mutex mutex_;
  std::array<std::optional<vicar::actor_ref<node>>, most_actors> refs_;
  std::vector<std::shared_ptr<kept_future>> kept_;
};

/// The target of the dead letter handler.
inline constinit std::atomic<world*> present{nullptr};

inline void world::publish(subject& actor, vicar::actor_ref<node> ref) {
  const std::lock_guard lock{mutex_};
  refs_[actor.index] = std::move(ref);
}
inline void world::forget(std::size_t whom) {
  std::optional<vicar::actor_ref<node>> dropped;
  const std::lock_guard lock{mutex_};
  dropped.swap(refs_[whom % most_actors]);
}
inline std::optional<vicar::actor_ref<node>> world::ref_of(const subject& actor) const {
  const std::lock_guard lock{mutex_};
  return refs_[actor.index];
}
inline std::optional<std::pair<subject*, vicar::actor_ref<node>>> world::find(std::size_t whom) const {
  const std::size_t started = std::min(started_.load(), most_actors);
  if (started == 0) return std::nullopt;
  const std::size_t index = whom % started;
  const std::lock_guard lock{mutex_};
  if (!refs_[index]) return std::nullopt;
  return std::pair{const_cast<subject*>(&subjects[index]), *refs_[index]};
}

}  // namespace fuzz

#endif
