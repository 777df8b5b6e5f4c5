// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_CONDUCTOR_HPP
#define VICAR_DETAIL_SYSTEM_CONDUCTOR_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <vicar/detail/base/config.hpp>

// The seam between the library and a world (<vicar/world.hpp>), which decides the order of all steps and owns the time.
// Code that sleeps, reads a clock, numbers actors or needs random bits asks the conductor of its thread first. Outside
// of worlds that is a null pointer, and only code that is slow anyway reads it.
namespace vicar::detail {

class actor_record;
class guarding_executor;

using wait_word = std::atomic<std::uint32_t>;

class conductor {
 public:
  /// A point where other threads of the world may run although this one could continue.
  enum class point : std::uint8_t {
    poll,      ///< something was not ready, and this thread will ask again
    snapshot,  ///< before a read of state that other threads change: the registry, whether an actor is alive
    read,      ///< such a read, where no other thread may run
  };
  virtual void pass(point what) noexcept = 0;
  /// Runs other threads until `word` was woken or `deadline` has passed; returns at once unless `word` is `expected`.
  /// Throws `world_ended` if the world has to end a wait that would never end.
  virtual void sleep(const wait_word& word, std::uint32_t expected, std::int64_t deadline) = 0;
  /// Nanoseconds on the world's clock.
  virtual std::int64_t now() noexcept = 0;
  /// Since when the actor has been running its message, on the world's clock.
  virtual std::int64_t running_since(const actor_record& actor) noexcept = 0;
  /// Counts from 0, separately for each `counter` of the process.
  virtual std::uint64_t number(const void* counter) noexcept = 0;
  virtual void fill_random(unsigned char* bytes, std::size_t count) noexcept = 0;
  /// Whether the default log sink writes nothing, because this is one of many runs.
  virtual bool quiet() const noexcept = 0;
  /// The executor of the actors that are started on this thread.
  virtual guarding_executor& actors() noexcept = 0;

 protected:
  ~conductor() = default;
};

/// The conductor of the world that this thread is part of; null outside of worlds.
VICAR_SHARED inline constinit thread_local conductor* conductor_here = nullptr;

/// Wakes sleepers in worlds; null in programs that do not include <vicar/world.hpp>.
VICAR_SHARED inline constinit std::atomic<void (*)(const wait_word& word, bool all) noexcept> wake_in_worlds{nullptr};

inline void notify_worlds(const wait_word& word, bool all) noexcept {
  // Relaxed: set while the program is loaded, before it can have a second thread.
  if (const auto wake = wake_in_worlds.load(std::memory_order_relaxed)) wake(word, all);
}

/// While it lives, this thread is outside of its world.
class outside_world {
 public:
  outside_world() noexcept : here_{conductor_here} { conductor_here = nullptr; }
  ~outside_world() { conductor_here = here_; }
  outside_world(const outside_world&) = delete;
  outside_world& operator=(const outside_world&) = delete;

 private:
  conductor* here_;
};

}  // namespace vicar::detail

#endif
