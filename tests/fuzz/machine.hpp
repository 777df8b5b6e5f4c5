// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_FUZZ_MACHINE_HPP
#define VICAR_TESTS_FUZZ_MACHINE_HPP

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fuzz/judge.hpp"
#include "fuzz/world.hpp"

// Executes instructions.
namespace fuzz {

using namespace std::chrono_literals;

struct fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Executes a body on this thread, which is `here`'s if that is not null. Propagates exceptions of the instructions
/// that request it.
void execute(world& all, const body& what, subject* here);
/// The same, and continues after instructions that throw.
void execute_all(world& all, const body& what);

/// The argument of the message of an instruction.
class ticket {
 public:
  ticket(world& all, const instruction& current) : all_{&all}, what_{&current} { ++all.tickets; }
  ticket(ticket&& other) noexcept : all_{std::exchange(other.all_, nullptr)}, what_{other.what_} {}
  ticket& operator=(ticket&&) = delete;
  ~ticket() {
    if (all_) --all_->tickets;
  }

  const instruction& what() const { return *what_; }
  record& written() const { return all_->records[what_->number]; }

 private:
  world* all_;
  const instruction* what_;
};

/// An argument that is too large for a mailbox.
struct large_ticket : ticket {
  using ticket::ticket;
  std::array<char, 300> ballast{};
};

/// A message to all actors.
struct notice {
  record* written;
  bool fails;
};

class node {
 public:
  using receives = vicar::messages<notice>;

  node(world& all, subject& me, const instruction* begin) : all_{&all}, me_{&me}, begin_{begin} {
    all.publish(me, vicar::self(*this));
    try {
      follow(0);
    } catch (...) {
      me.construction_failed = true;
      throw;
    }
    me.constructed = true;
  }
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() noexcept(false) {
    const presence now{*this};
    require(++me_->destroyed == 1, "actor {} was destroyed twice", me_->index);
    follow(4);
  }

  void on_start() {
    me_->thread = std::this_thread::get_id();
    const presence now{*this};
    me_->start_threw = true;
    follow(1);
    me_->start_threw = false;
  }
  void on_stop() {
    const presence now{*this};
    require(me_->stopped++ == 0, "actor {} was stopped twice", me_->index);
    follow(2);
  }
  void on_failure(std::exception_ptr why) {
    const presence now{*this};
    require(me_->stopped++ == 0, "actor {} failed after it was stopped", me_->index);
    try {
      std::rethrow_exception(why);
    } catch (...) {
      require(me_->failure == exception_here(), "on_failure of actor {} was given another exception", me_->index);
    }
    follow(3);
  }

  std::string run(ticket msg) { return handle(msg); }
  std::string run_large(large_ticket msg) { return handle(msg); }
  std::string on_receive(ticket msg) { return handle(msg); }
  void on_receive(notice msg) {
    const presence now{*this};
    ++me_->messages;
    const std::uint32_t mine = 1U << me_->index;
    require((msg.written->notified.fetch_or(mine) & mine) == 0, "a broadcast reached actor {} twice", me_->index);
    if (!msg.fails) return;
    ++me_->failures;
    try {
      throw fault{"a notice"};
    } catch (...) {
      me_->failure = exception_here();
      throw;
    }
  }

  int field = 0;
  VICAR_PROXY_MEMBERS(run, run_large, field)

 private:
  /// Exists while code of this actor runs.
  class presence {
   public:
    explicit presence(node& owner) : owner_{owner}, before_{std::exchange(sender_here, owner.me_->index + 1)} {
      subject& me = *owner.me_;
      require(!me.inside.exchange(true), "actor {} does two things at once", me.index);
      require(me.thread == std::this_thread::get_id(), "actor {} is not on its own thread", me.index);
    }
    ~presence() {
      owner_.me_->inside = false;
      sender_here = before_;
    }
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;

   private:
    node& owner_;
    std::size_t before_;
  };

  void follow(std::size_t hook) {
    if (begin_) execute(*all_, begin_->bodies[hook], me_);
  }

  std::string handle(const ticket& msg) {
    const presence now{*this};
    record& written = msg.written();
    ++me_->messages;
    require(++written.handled == 1, "message {} was handled twice", msg.what().number);
    require(written.target == me_->index, "message {} came to actor {}", msg.what().number, me_->index);
    std::uint64_t& last = me_->last_sequence[written.sender];
    require(last < written.sequence, "message {} overtook another one of its sender", msg.what().number);
    last = written.sequence;
    try {
      execute(*all_, msg.what().bodies[0], me_);
    } catch (const vicar::stop_all_actors&) {
      ++me_->failures;
      written.threw_stop_all = true;
      throw;
    } catch (...) {
      ++me_->failures;
      written.thrown = exception_here();
      if (written.what == record::kind::deferred) me_->failure = written.thrown;
      throw;
    }
    return answer_of(msg.what().number);
  }

  world* all_;
  subject* me_;
  const instruction* begin_;  // null for an initial actor
};

using found_actor = std::pair<subject*, vicar::actor_ref<node>>;

inline void start_node(world& all, std::uint8_t chosen, const instruction* begin) {
  subject* const fresh = all.new_subject();
  if (!fresh) return;
  static constexpr std::array<std::size_t, 4> capacities{vicar::unbounded, 1, 2, 8};
  static constexpr std::array<vicar::overflow, 4> overflows{vicar::overflow::block, vicar::overflow::drop_oldest,
                                                            vicar::overflow::fail, vicar::overflow::drop};
  fresh->capacity = capacities[chosen % 4];
  fresh->on_overflow = overflows[chosen / 4 % 4];
  const std::string name = fmt::format("node-{}", fresh->index);
  vicar::start<node>({.name = name, .mailbox_capacity = fresh->capacity, .on_overflow = fresh->on_overflow}, all,
                     *fresh, begin);
}

/// Records that a message is about to be sent.
inline record& begin_to_send(world& all, const instruction& current, const subject& target, record::kind what) {
  record& written = all.records[current.number];
  written.what = what;
  written.target = target.index;
  written.sender = sender_here;
  written.sequence = ++all.last_sequence;
  return written;
}

/// Sends by `send()`. An exception means that the message was not sent.
template <class Send>
auto sent(record& written, const subject& target, bool may_throw_dead, Send send) {
  try {
    return send();
  } catch (const vicar::deadlock_error& error) {
    require(vicar::detail::innermost_frame != nullptr, "a thread outside of all actors got a deadlock_error: {}",
            error.what());
    require(target.capacity != vicar::unbounded && target.on_overflow == vicar::overflow::block,
            "a message that did not need space was refused: {}", error.what());
    ++so_far.deadlocks;
    written.came = record::outcome::refused;
    throw;
  } catch (const vicar::actor_dead_error& error) {
    require(may_throw_dead, "a call has thrown: {}", error.what());
    written.came = record::outcome::refused;
    throw;
  } catch (const vicar::mailbox_full_error& error) {
    require(written.what == record::kind::deferred && target.on_overflow == vicar::overflow::fail,
            "a message has thrown: {}", error.what());
    written.came = record::outcome::refused;
    throw;
  }
}

inline void call(world& all, const instruction& current, const found_actor& target) {
  subject* const receiver = target.first;
  const vicar::actor_ref<node>& ref = target.second;
  record& written = begin_to_send(all, current, *receiver, record::kind::answered);
  const unsigned kind_of_send = current.how >> 3 & 3U;
  vicar::future<std::string> answer = sent(written, *receiver, kind_of_send == 1, [&ref, &all, &current, kind_of_send] {
    switch (kind_of_send) {
      case 0:
        return ref.call<&node::run>(ticket{all, current});
      case 1:
        return ref.proxy()->run(ticket{all, current});
      case 2:
        return ref.ask(ticket{all, current});
      default:
        return ref.call(&node::run_large, large_ticket{all, current});
    }
  });
  const auto keep = [&] {
    auto kept = std::make_shared<kept_future>();
    kept->answer = answer;
    kept->expected = answer_of(current.number);
    kept->origin = &written;
    all.keep(std::move(kept));
  };
  const auto right = [&](const std::string& value) {
    require(value == answer_of(current.number), "message {} was answered '{}'", current.number, value);
  };
  switch (current.how & 7) {
    case 0:
      keep();
      right(judged(all, written, reader::early, [&]() -> const std::string& { return answer.get(); }));
      break;
    case 1:
      keep();
      judged(all, written, reader::early, [&] { return answer.wait(), answer.get(); });
      break;
    case 2:
      keep();
      judged(all, written, reader::limited, [&]() -> const std::string& { return answer.get(0us); });
      break;
    case 3:
      keep();
      judged(all, written, reader::limited, [&]() -> const std::string& { return answer.get(300us); });
      break;
    case 4:
      keep();
      break;
    case 5:  // the reply is dropped
      break;
    default:
      try {
        right(judged(all, written, reader::only, [&] { return std::move(answer).get(); }));
      } catch (...) {
        if (written.came == record::outcome::unknown) keep();  // this thread did not reach the reply
        throw;
      }
  }
}

inline void defer(world& all, const instruction& current, const found_actor& target) {
  subject* const receiver = target.first;
  const vicar::actor_ref<node>& ref = target.second;
  record& written = begin_to_send(all, current, *receiver, record::kind::deferred);
  sent(written, *receiver, true, [&ref, &all, &current] {
    switch (current.how >> 3 & 3) {
      case 0:
        return ref.defer<&node::run>(ticket{all, current});
      case 1:
        return ref.proxy()->run.defer(ticket{all, current});
      case 2:
        return ref.tell(ticket{all, current});
      default:
        return ref.defer(&node::run_large, large_ticket{all, current});
    }
  });
}

inline void read_field(world& all, const instruction& current, const found_actor& target) {
  subject* const receiver = target.first;
  const vicar::actor_ref<node>& ref = target.second;
  record& written = begin_to_send(all, current, *receiver, record::kind::field);
  const vicar::future<int> answer = sent(written, *receiver, false, [&ref] { return ref.get<&node::field>(); });
  all.read_at_the_end(written, answer);
  if ((current.how & 3) == 0) return;
  const int value = current.how & 1 ? judged(all, written, reader::early, [&] { return answer.get(); })
                                    : judged(all, written, reader::limited, [&] { return answer.get(300us); });
  require(value >= 0 && value < 256, "a field has the value {}", value);
}

inline void write_field(world& all, const instruction& current, const found_actor& target) {
  subject* const receiver = target.first;
  const vicar::actor_ref<node>& ref = target.second;
  record& written = begin_to_send(all, current, *receiver, record::kind::field);
  const int value = current.how;
  const vicar::future<void> answer =
      sent(written, *receiver, false, [&ref, value] { return ref.set<&node::field>(value); });
  all.read_at_the_end(written, answer);
  if (current.how & 1) judged(all, written, reader::early, [&] { answer.get(); });
}

inline void broadcast(world& all, const instruction& current) {
  ++all.broadcasts;
  const notice message{&all.records[current.number], (current.how & 3) == 3};
  try {
    if (current.how & 4)
      vicar::registry::broadcast<node>(message);
    else
      vicar::registry::broadcast(message);
  } catch (const vicar::deadlock_error& error) {
    require(vicar::detail::innermost_frame != nullptr, "a thread outside of all actors got a deadlock_error: {}",
            error.what());
    throw;
  }  // `mailbox_full_error`, too
}

inline void read_kept(const world& all, const instruction& current) {
  const std::shared_ptr<kept_future> kept = all.kept(current.whom);
  if (!kept) return;
  const vicar::future<std::string> answer = kept->answer;
  switch (current.how & 3) {
    case 0:
      judge_kept(*kept, [&]() -> const std::string& { return answer.get(); });
      break;
    case 1:
      judge_kept(*kept, [&]() -> const std::string& { return answer.get(200us); });
      break;
    case 2:
      if (answer.wait_for(0us)) require(answer.ready(), "a future is ready, and is not");
      break;
    default:
      answer.wait();
      require(answer.ready(), "a future was waited for, and is not ready");
  }
}

inline void derive(world& all, const instruction& current) {
  const std::shared_ptr<kept_future> first = all.kept(current.whom);
  if (!first || first->expected.size() > 200) return;
  auto made = std::make_shared<kept_future>();
  kept_future* const noted = made.get();  // lives as long as the future
  made->sources.push_back(first);
  if (current.how & 1) {
    made->expected = "mapped: " + first->expected;
    made->throws = (current.how & 6) == 6;
    made->answer = first->answer.map([noted](const std::string& value) {
      ++noted->made;
      if (!noted->throws) return "mapped: " + value;
      try {
        throw fault{"a function"};
      } catch (...) {
        noted->thrown = exception_here();
        throw;
      }
    });
  } else {
    const std::shared_ptr<kept_future> second = all.kept(current.how >> 1);
    if (second->expected.size() > 200) return;
    made->expected = first->expected + ", " + second->expected;
    made->sources.push_back(second);
    made->answer = first->answer.join(second->answer).map([noted](const std::vector<std::string>& values) {
      ++noted->made;
      return values[0] + ", " + values[1];
    });
  }
  all.keep(std::move(made));
}

inline void stop(const instruction& current, const found_actor& target) {
  subject* const receiver = target.first;
  const vicar::actor_ref<node>& ref = target.second;
  const vicar::future<bool> stopped = ref.stop();
  const unsigned kind_of_send = current.how & 3U;
  if (kind_of_send == 0) return;
  try {
    if (kind_of_send == 1)
      stopped.get();
    else if (kind_of_send == 2)
      stopped.get(300us);
    else
      stopped.wait();
  } catch (const vicar::timeout_error& error) {
    require(kind_of_send == 2, "a wait without a timeout ended with: {}", error.what());
    throw;
  } catch (const vicar::deadlock_error& error) {
    require(kind_of_send != 2 && vicar::detail::innermost_frame != nullptr, "a wait ended with: {}", error.what());
    ++so_far.deadlocks;
    throw;
  }
  require(receiver->destroyed == 1 || receiver->construction_failed, "actor {} has stopped, and is still there",
          receiver->index);
  require(!ref.is_alive(), "actor {} has stopped, and is alive", receiver->index);
}

inline void stop_all(const instruction& current) {
  try {
    if (current.how & 1)
      vicar::registry::stop_all();
    else
      vicar::registry::stop_all(200us);
  } catch (const vicar::timeout_error& error) {
    require((current.how & 1) == 0, "a wait without a timeout ended with: {}", error.what());
    throw;
  } catch (const vicar::deadlock_error& error) {
    require(vicar::detail::innermost_frame != nullptr, "a thread outside of all actors got a deadlock_error: {}",
            error.what());
    throw;
  }
}

inline void look(const found_actor& target) {
  subject* const receiver = target.first;
  const vicar::actor_ref<node>& ref = target.second;
  const vicar::actor_stats stats = ref.stats();
  require(stats.mailbox_depth <= receiver->capacity, "the mailbox of actor {} holds too much", receiver->index);
  require(ref.name() == fmt::format("node-{}", receiver->index), "actor {} is called {}", receiver->index, ref.name());
  for (const vicar::actor_ref<node>& each : vicar::registry::get_by_class<node>()) static_cast<void>(each.urn());
  static_cast<void>(vicar::actor_table());
}

inline void branch(world& all, const instruction& current, const subject* here) {
  if (here || sender_here != 0 || all.branches.size() == most_branches) return execute(all, current.bodies[0], nullptr);
  const std::size_t sender = 1 + most_actors + all.branches.size();
  all.branches.push_back(all.around.start(fmt::format("branch {}", sender), [&all, &current, sender] {
    sender_here = sender;
    execute_all(all, current.bodies[0]);
  }));
}

inline void perform(world& all, const instruction& current, subject* here) {
  const auto at_target = [&](auto&& act) {
    // Without `whom`, this actor itself.
    const std::size_t whom = here && current.whom % 16 == 15 ? here->index : current.whom;
    if (const auto target = all.find(whom)) act(*target);
  };
  switch (current.what) {
    case operation::end:
      break;
    case operation::start:
      start_node(all, current.whom, &current);
      break;
    case operation::call:
      at_target([&](const found_actor& target) { call(all, current, target); });
      break;
    case operation::defer:
      at_target([&](const found_actor& target) { defer(all, current, target); });
      break;
    case operation::read_field:
      at_target([&](const found_actor& target) { read_field(all, current, target); });
      break;
    case operation::write_field:
      at_target([&](const found_actor& target) { write_field(all, current, target); });
      break;
    case operation::broadcast:
      broadcast(all, current);
      break;
    case operation::read_kept:
      read_kept(all, current);
      break;
    case operation::derive:
      derive(all, current);
      break;
    case operation::stop:
      at_target([&](const found_actor& target) { stop(current, target); });
      break;
    case operation::stop_all:
      stop_all(current);
      break;
    case operation::drop:
      all.forget(current.whom);
      break;
    case operation::list:
      at_target([&](const found_actor& target) {
        if (current.how & 1)
          vicar::registry::register_actor(target.second);
        else
          vicar::registry::unregister(target.second);
      });
      break;
    case operation::look:
      at_target([](const found_actor& target) { look(target); });
      break;
    case operation::pause:
      all.around.pause(current.how % 8);
      break;
    case operation::branch:
      branch(all, current, here);
      break;
    case operation::throw_fault:
      throw fault{"a fault"};
    case operation::throw_number:
      throw static_cast<int>(current.how);
    case operation::throw_stop_all:
      throw vicar::stop_all_actors{};
  }
}

/// Whether an exception of the instruction ends the body.
inline bool hands_on(const instruction& current) {
  switch (current.what) {
    case operation::throw_fault:
    case operation::throw_number:
    case operation::throw_stop_all:
      return true;
    case operation::start:
      return current.whom >= 0xc0;
    default:
      return current.how >= 0xc0;
  }
}

inline void execute(world& all, const body& what, subject* here) {
  for (const instruction& each : what) {
    input.steps.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sign of life
    try {
      perform(all, each, here);
    } catch (const vicar::world_ended&) {
      all.ended = true;
      throw;
    } catch (...) {  // checked where it was thrown
      if (hands_on(each)) throw;
    }
  }
}

inline void execute_all(world& all, const body& what) {
  for (const instruction& each : what) {
    input.steps.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sign of life
    try {
      perform(all, each, nullptr);
    } catch (const vicar::world_ended&) {
      all.ended = true;
      return;
    } catch (...) {  // checked where it was thrown
    }
  }
}

}  // namespace fuzz

#endif
