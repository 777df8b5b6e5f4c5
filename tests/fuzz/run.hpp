// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_FUZZ_RUN_HPP
#define VICAR_TESTS_FUZZ_RUN_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/machine.hpp"
#include "fuzz/program.hpp"
#include "fuzz/world.hpp"

// Runs one program, and compares the outcome of every message and every actor with what was promised.
namespace fuzz {

inline void note(const vicar::dead_letter& letter) {
  constexpr std::string_view prefix = "node-";
  require(letter.actor.substr(0, prefix.size()) == prefix, "a dead letter of {}", letter.actor);
  subject& of = present.load()->subjects[static_cast<std::size_t>(letter.actor[prefix.size()] - '0')];
  ++(letter.reason == vicar::dead_letter_reason::dropped ? of.dropped : of.left_over);
}

inline void stop_everything(world& all) {
  using table = vicar::detail::cell_table;
  for (const auto& join : all.branches) join();
  // Including actors that are not registered, and those that others start meanwhile.
  for (;;) {
    auto cells = table::instance().snapshot(table::which::all);
    if (cells.empty()) break;
    for (const auto& each : cells) each->stop().awaited({});
  }
  all.around.settle();
  require(vicar::registry::get_all().empty(), "actors are left in the registry");
}

template <class T>
void judge_field(world& all, const record* origin, const vicar::future<T>& answer) {
  require(answer.ready(), "a field has no answer, although all actors have ended");
  try {
    record& asked = all.records[static_cast<std::size_t>(origin - all.records.data())];
    judged(all, asked, reader::last, [&] { return answer.get(); });
  } catch (...) {  // judged
  }
}

/// The sums over a subject's messages.
struct sums {
  int handled = 0;
  int failed = 0;     ///< of these, by the library
  int suspended = 0;  ///< deferred, and destroyed as coroutines
  int lost = 0;       ///< that the dead letter handler must have seen
  int unknown = 0;    ///< that it may have seen
};

inline sums add_up(const world& all, const subject& actor) {
  sums made;
  for (const record& each : all.records) {
    if (each.what == record::kind::none || each.target != actor.index) continue;
    const auto came = each.came.load();
    const bool handled = each.handled == 1;
    ++so_far.messages;
    if (came == record::outcome::refused) ++so_far.refused;
    if (each.thrown != nullptr || each.threw_stop_all) ++so_far.thrown;
    if (each.abandoned || came == record::outcome::suspended) ++so_far.suspended;
    if (came == record::outcome::passed) {
      ++made.handled;
      ++made.failed;
    } else if (handled) {
      require(each.ended != each.abandoned, "a message was handled to its end: {}, and its coroutine was destroyed: {}",
              each.ended.load(), each.abandoned.load());
      made.handled += each.ended ? 1 : 0;
      made.suspended += each.abandoned && each.what == record::kind::deferred ? 1 : 0;
      require(
          came != record::outcome::refused && came != record::outcome::dropped && came != record::outcome::left_over,
          "a message was handled, although its sender got an error");
    } else if (came == record::outcome::dropped || came == record::outcome::left_over ||
               (each.what == record::kind::deferred && came == record::outcome::unknown)) {
      ++made.lost;
    } else if (came == record::outcome::unknown) {
      ++made.unknown;
    }
  }
  for (const record& each : all.records) {
    if ((each.notified & 1U << actor.index) != 0) ++made.handled;
  }
  made.unknown += static_cast<int>(all.broadcasts);  // at most
  return made;
}

inline void judge_subject(const world& all, const subject& actor) {
  require(actor.destroyed == (actor.constructed ? 1 : 0), "actor {} was destroyed {} times", actor.index,
          actor.destroyed.load());
  if (actor.constructed) {
    require(actor.stopped == (actor.start_threw ? 0 : 1), "on_stop or on_failure of actor {} ran {} times", actor.index,
            actor.stopped);
  }
  const sums messages = add_up(all, actor);
  so_far.actors += actor.constructed ? 1U : 0U;
  so_far.handled += static_cast<std::uint64_t>(messages.handled);
  so_far.lost += static_cast<std::uint64_t>(actor.dropped + actor.left_over);
  const int dead_letters = actor.dropped + actor.left_over;
  require(dead_letters >= messages.lost && dead_letters <= messages.lost + messages.unknown,
          "{} messages to actor {} were lost, perhaps {} more, and {} were reported", messages.lost, actor.index,
          messages.unknown, dead_letters);
  if (const auto ref = all.ref_of(actor)) {
    const vicar::actor_stats stats = ref->stats();
    const auto count = [](int of) { return static_cast<std::uint64_t>(of); };
    require(stats.processed == count(messages.handled), "actor {} has handled {} messages, and says {}", actor.index,
            messages.handled, stats.processed);
    require(stats.failed == count(actor.failures + messages.failed), "actor {} has failed {} times, and says {}",
            actor.index, actor.failures + messages.failed, stats.failed);
    require(stats.dropped == count(dead_letters + messages.suspended), "actor {} has lost {} messages, and says {}",
            actor.index, dead_letters + messages.suspended, stats.dropped);
    require(stats.suspended == 0, "actor {} has ended with {} suspended calls", actor.index, stats.suspended);
    require(stats.mailbox_depth == 0, "actor {} has ended with {} messages", actor.index, stats.mailbox_depth);
  }
}

/// For the dead letters of all programs.
inline void prepare_handlers() {
  vicar::set_log_sink([](const vicar::log_record&) {});  // formats each text without writing it
  vicar::set_dead_letter_handler(&note);
}

inline void run(const program& what, surroundings& around) {
  vicar::set_log_level(what.logged ? vicar::log_level::debug : vicar::log_level::off);
  world all{what, around};
  present = &all;
  for (const std::uint8_t each : what.first) start_node(all, each, nullptr);
  execute_all(all, what.main);
  stop_everything(all);
  if (all.ended) return;  // the report of the run says why
  for (const auto& each : all.all_kept()) judge_at_the_end(all, *each);
  for (const auto& [origin, answer] : all.reads) judge_field(all, origin, answer);
  for (const auto& [origin, answer] : all.writes) judge_field(all, origin, answer);
  for (const subject& each : all.subjects) judge_subject(all, each);
  require(all.tickets == 0, "{} arguments of messages are still alive", all.tickets.load());
  require(all.frames == 0, "{} coroutines are still there", all.frames.load());
}

/// While it lives, reports say what the input is.
class current_input {
 public:
  current_input(const std::uint8_t* bytes, std::size_t size, const program& what) {
    input.bytes = bytes;
    input.size = size;
    input.what = &what;
    input.runs = true;
  }
  ~current_input() {
    input.runs = false;
    input.what = nullptr;
  }
  current_input(const current_input&) = delete;
  current_input& operator=(const current_input&) = delete;
};

}  // namespace fuzz

#endif
