// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_FUZZ_JUDGE_HPP
#define VICAR_TESTS_FUZZ_JUDGE_HPP

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz/world.hpp"

// Which outcomes are right.
namespace fuzz {

/// Who reads an answer, and so what may come of it.
enum class reader : std::uint8_t {
  early,    ///< one of several, while the program runs
  limited,  ///< the same, who does not wait for ever
  only,     ///< while the program runs, and nobody else will
  last,     ///< when it has ended
};

/// Judges the exception that a wait for the answer to a message has thrown.
inline void judge_exception(record& asked, const subject& target, reader who) {
  const void* const address = exception_here();
  const bool decides = who == reader::only || who == reader::last;
  const int handled = asked.handled;
  if (asked.thrown == address) {
    require(handled == 1, "the answer was thrown by a message that was handled {} times", handled);
    if (decides) asked.came = record::outcome::thrown;
    return;
  }
  try {
    throw;
  } catch (const vicar::actor_dead_error& error) {
    require(handled == 0 || asked.threw_stop_all, "an actor handled a message, which was answered: {}", error.what());
    if (!decides) return;  // the text may be freed by another reader
    const bool left_over = std::string_view{error.what()}.find("stopped before") != std::string_view::npos;
    asked.came = handled == 1 ? record::outcome::thrown
                 : left_over  ? record::outcome::left_over
                              : record::outcome::refused;
  } catch (const vicar::mailbox_full_error&) {
    require(handled == 0 && target.capacity != vicar::unbounded && target.on_overflow != vicar::overflow::block,
            "a mailbox was full that cannot be, or a message was handled that it had refused");
    const bool dropped = target.on_overflow == vicar::overflow::drop;
    if (decides) asked.came = dropped ? record::outcome::dropped : record::outcome::refused;
  } catch (const vicar::deadlock_error& error) {
    require(who != reader::last && vicar::detail::innermost_frame, "a thread that is no actor's was told: {}",
            error.what());
    ++so_far.deadlocks;
  } catch (const vicar::timeout_error&) {
    require(who == reader::limited, "a wait without a limit ended with a timeout");
    ++so_far.timeouts;
  } catch (const std::exception& error) {
    give_up(fmt::format("the answer to a message is another one's: {}", error.what()));
  } catch (...) {
    give_up("the answer to a message is another one's");
  }
}

inline void judge_value(record& asked, reader who) {
  if (asked.what == record::kind::field) asked.handled = 1;
  require(asked.handled == 1 && asked.thrown == nullptr && !asked.threw_stop_all,
          "a message has a value as its answer; it was handled {} times, and threw: {}", asked.handled.load(),
          asked.thrown != nullptr || asked.threw_stop_all);
  if (who == reader::only || who == reader::last) asked.came = record::outcome::value;
}

/// Reads the answer to a message by `get()`, judges what comes, and hands it on.
template <class Get>
decltype(auto) judged(world& all, record& asked, reader who, Get get) {
  const auto read = [&]() -> decltype(auto) {
    try {
      return get();
    } catch (...) {
      judge_exception(asked, all.subjects[asked.target], who);
      throw;
    }
  };
  if constexpr (std::is_void_v<decltype(get())>) {
    read();
    judge_value(asked, who);
  } else {
    decltype(auto) value = read();
    judge_value(asked, who);
    return value;
  }
}

/// Reads a kept future by `get()` while the program runs; an exception is judged at the end.
template <class Get>
void judge_kept(const kept_future& one, Get get) {
  const std::string& value = get();
  require(value == one.expected, "a kept future has the value '{}' instead of '{}'", value, one.expected);
}

/// What a future gave when all had ended.
struct final_outcome {
  const void* exception = nullptr;  ///< null for a value
};

/// Reads a kept future when all actors have ended, and those that it was derived from.
inline final_outcome judge_at_the_end(world& all, kept_future& one) {
  require(one.answer.ready(), "a kept future has no answer, although all actors have ended");
  const auto outcome = [&]() -> final_outcome {
    try {
      const std::string& value = one.answer.get();
      require(value == one.expected, "a kept future has the value '{}' instead of '{}'", value, one.expected);
      return {};
    } catch (...) {
      return {exception_here()};
    }
  }();
  if (one.origin) {
    record& asked = all.records[static_cast<std::size_t>(one.origin - all.records.data())];
    try {
      judged(all, asked, reader::last, [&]() -> const std::string& { return one.answer.get(); });
    } catch (...) {  // judged
    }
    return outcome;
  }
  for (const auto& source : one.sources) {
    if (const final_outcome before = judge_at_the_end(all, *source); before.exception) {
      require(outcome.exception == before.exception, "a derived future has not the exception of its source");
      require(one.made == 0, "a function was called without a value");
      return outcome;
    }
  }
  require(one.made == 1, "the function that makes a value was called {} times", one.made.load());
  require(outcome.exception == (one.throws ? one.thrown.load() : nullptr),
          "a derived future has not what its function made");
  return outcome;
}

}  // namespace fuzz

#endif
