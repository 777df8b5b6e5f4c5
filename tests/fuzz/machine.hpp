// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_FUZZ_MACHINE_HPP
#define VICAR_TESTS_FUZZ_MACHINE_HPP

#include <algorithm>
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
/// Whether an exception of the instruction ends the body.
bool hands_on(const instruction& current);

/// The argument of the message of an instruction.
class ticket {
 public:
  ticket(world& all, const instruction& current) : all_{&all}, what_{&current} { ++all.tickets; }
  ticket(ticket&& other) noexcept : all_{std::exchange(other.all_, nullptr)}, what_{other.what_} {}
  ticket& operator=(ticket&&) = delete;
  ~ticket() {
    if (!all_) return;
    --all_->tickets;
    if (written().what == record::kind::continuation && written().handled == 0) all_->waits_cut = true;
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
/// A message that a coroutine handles.
struct task_ticket : ticket {
  using ticket::ticket;
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
  vicar::task<std::string> run_task(const ticket& msg) { return handle_task(msg, me_->last_sequence); }
  vicar::task<std::string> run_large_task(large_ticket msg) {
    const ticket& kept = msg;
    co_return co_await handle_task(kept, me_->last_sequence);
  }
  vicar::task<std::string> on_receive(const task_ticket& msg) { return handle_task(msg, me_->last_sequence); }
  std::string go_on(const ticket& msg, kept_future& source) { return handle(msg, source.last_sequence[me_->index]); }
  vicar::task<std::string> go_on_task(const ticket& msg, kept_future& source) {
    return handle_task(msg, source.last_sequence[me_->index]);
  }
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
  VICAR_PROXY_MEMBERS(run, run_large, run_task, run_large_task, field)

 private:
  /// Exists while code of this actor runs.
  class presence {
   public:
    explicit presence(node& owner, const record* message = nullptr)
        : owner_{owner},
          sender_before_{std::exchange(sender_here, owner.me_->index + 1)},
          message_before_{std::exchange(message_here, message)} {
      subject& me = *owner.me_;
      require(!me.inside.exchange(true), "actor {} does two things at once", me.index);
      require(me.thread == std::this_thread::get_id(), "actor {} is not on its own thread", me.index);
    }
    ~presence() {
      owner_.me_->inside = false;
      sender_here = sender_before_;
      message_here = message_before_;
    }
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;

   private:
    node& owner_;
    std::size_t sender_before_;
    const record* message_before_;
  };

  /// A local variable of a coroutine.
  class frame {
   public:
    frame(node& owner, record& message) : owner_{owner}, message_{message}, number_{++message.frames} {
      ++owner.all_->frames;
    }
    ~frame() {
      const subject& me = *owner_.me_;
      require(me.thread == std::this_thread::get_id(), "a coroutine of actor {} ends on another thread", me.index);
      require(!me.inside, "a coroutine of actor {} ends while something else runs", me.index);
      require(me.stopped == 0 && me.destroyed == 0, "a coroutine of actor {} ends after the actor", me.index);
      require(message_.frames-- == number_, "a coroutine of actor {} ends before one that it awaits", me.index);
      if (number_ == 1 && !message_.ended) message_.abandoned = true;
      --owner_.all_->frames;
    }
    frame(const frame&) = delete;
    frame& operator=(const frame&) = delete;

   private:
    node& owner_;
    record& message_;
    const int number_;
  };

  void follow(std::size_t hook) {
    if (begin_) execute(*all_, begin_->bodies[hook], me_);
  }

  using sequences = std::array<std::uint64_t, senders>;

  /// Checks a message that is handled from now on. `sequence_of`: of the last one, by sender.
  void arrive(const ticket& msg, sequences& sequence_of) {
    record& written = msg.written();
    ++me_->messages;
    require(++written.handled == 1, "message {} was handled twice", msg.what().number);
    require(written.target == me_->index, "message {} came to actor {}", msg.what().number, me_->index);
    std::uint64_t& last = sequence_of[written.sender];
    require(last < written.sequence, "message {} overtook another one of its sender", msg.what().number);
    last = written.sequence;
    const std::lock_guard lock{all_->waits};
    written.awaited = nullptr;
  }
  /// In a handler: the message fails.
  void fail(record& written) {
    ++me_->failures;
    written.ended = true;
    try {
      throw;
    } catch (const vicar::stop_all_actors&) {
      written.threw_stop_all = true;
    } catch (...) {
      written.thrown = exception_here();
      if (written.what == record::kind::deferred) me_->failure = written.thrown;
    }
  }
  std::string handle(const ticket& msg) { return handle(msg, me_->last_sequence); }
  std::string handle(const ticket& msg, sequences& sequence_of) {
    record& written = msg.written();
    const presence now{*this, &written};
    arrive(msg, sequence_of);
    try {
      execute(*all_, msg.what().bodies[0], me_);
    } catch (...) {
      fail(written);
      throw;
    }
    written.ended = true;
    return answer_of(msg.what().number);
  }
  vicar::task<std::string> handle_task(const ticket& msg, sequences& sequence_of) {
    record& written = msg.written();
    const frame here{*this, written};
    {
      const presence now{*this, &written};
      arrive(msg, sequence_of);
    }
    try {
      co_await follow_as_task(msg.what().bodies[0], written);
    } catch (...) {
      fail(written);
      throw;
    }
    written.ended = true;
    co_return answer_of(msg.what().number);
  }

  /// Executes a body as a coroutine that works for `message`.
  vicar::task<> follow_as_task(const body& what, record& message) {
    const frame here{*this, message};
    for (const instruction& each : what) {
      input.steps.fetch_add(1, std::memory_order_relaxed);  // relaxed: a sign of life
      try {
        co_await perform_as_task(each, message);
      } catch (const vicar::world_ended&) {
        all_->ended = true;
        throw;
      } catch (...) {  // checked where it was thrown
        if (hands_on(each)) throw;
      }
    }
  }
  vicar::task<> perform_as_task(const instruction& current, record& message) {
    switch (current.what) {
      case operation::await_call:
        return await_call(current, message);
      case operation::await_exclusively:
        return await_exclusively(current, message);
      case operation::await_kept:
        return await_kept(current, message);
      case operation::await_all:
        return await_all(current, message);
      case operation::local_task:
        return follow_as_task(current.bodies[0], message);
      case operation::next_turn:
        return let_others_go_first(message);
      default:
        return perform_here(current, message);
    }
  }
  vicar::task<> perform_here(const instruction& current, record& message);
  vicar::task<> await_call(const instruction& current, record& message);
  vicar::task<> await_exclusively(const instruction& current, record& message);
  vicar::task<> await_kept(const instruction& current, record& message);
  vicar::task<> await_all(const instruction& current, record& message);
  vicar::task<> let_others_go_first(record& message);

  /// Exists while a coroutine awaits something. Keeps others out, if this actor does.
  class solitude {
   public:
    solitude(node& owner, record& message, answers awaited = {}) : owner_{owner} {
      if (owner.me_->interleaving) {
        if (!awaited.empty()) noted_.emplace(*owner.all_, message.awaited, std::move(awaited));
      } else {
        alone_.emplace(owner, &message);
        sleeps_.emplace(*owner.all_, std::move(awaited));
      }
    }

    ~solitude() {
      if (noted_ && !resumed_ && std::uncaught_exceptions() == 0) owner_.all_->waits_cut = true;
    }
    solitude(const solitude&) = delete;
    solitude& operator=(const solitude&) = delete;
    void resumed() noexcept { resumed_ = true; }

   private:
    node& owner_;
    bool resumed_ = false;
    std::optional<noted_wait> noted_;
    std::optional<presence> alone_;
    std::optional<sleeper> sleeps_;
  };
  /// For `judge_deadlock`: the message, if its coroutine lets others in while it awaits something.
  const record* that_suspends(const record& message) const { return me_->interleaving ? &message : nullptr; }

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
  fresh->interleaving = (chosen >> 4 & 3) != 3;
  const std::string name = fmt::format("node-{}", fresh->index);
  vicar::start<node>({.name = name,
                      .mailbox_capacity = fresh->capacity,
                      .on_overflow = fresh->on_overflow,
                      .interleaving = fresh->interleaving},
                     all, *fresh, begin);
}

/// Records that a message is about to be sent.
inline record& begin_to_send(world& all, const instruction& current, const subject& target, record::kind what) {
  record& written = all.records[current.number];
  written.what = what;
  written.target = target.index;
  written.sender = sender_here;
  written.sequence = ++all.last_sequence;
  written.horizon = message_here ? message_here->horizon : written.sequence;
  return written;
}

/// Sends by `send()`. An exception means that the message was not sent.
template <class Send>
auto sent(world& all, record& written, bool may_throw_dead, Send send) {
  const subject& target = all.subjects[written.target];
  try {
    const sleeper waits{all};
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

/// Whether a coroutine handles the message of an instruction.
inline bool calls_task(const instruction& current) {
  switch (current.what) {
    case operation::call_task:
    case operation::defer_task:
      return true;
    case operation::await_call:
    case operation::await_exclusively:
      return (current.how & 4) != 0;
    default:
      return false;
  }
}

inline vicar::future<std::string> ask(world& all, const instruction& current, const found_actor& target) {
  const vicar::actor_ref<node>& ref = target.second;
  record& written = begin_to_send(all, current, *target.first, record::kind::answered);
  const unsigned kind_of_send = current.how >> 3 & 3U;
  return sent(all, written, kind_of_send == 1, [&ref, &all, &current, kind_of_send] {
    if (calls_task(current)) {
      switch (kind_of_send) {
        case 0:
          return ref.call<&node::run_task>(ticket{all, current});
        case 1:
          return ref.proxy()->run_task(ticket{all, current});
        case 2:
          return ref.ask(task_ticket{all, current});
        default:
          return ref.call(&node::run_large_task, large_ticket{all, current});
      }
    }
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
}
inline void keep(world& all, const instruction& current, const vicar::future<std::string>& answer) {
  const record& written = all.records[current.number];
  auto kept = std::make_shared<kept_future>();
  kept->answer = answer;
  kept->expected = answer_of(current.number);
  kept->origin = &written;
  kept->sequence = written.sequence;
  kept->maker = message_here;
  all.keep(std::move(kept));
}

inline void call(world& all, const instruction& current, const found_actor& target) {
  vicar::future<std::string> answer = ask(all, current, target);
  record& written = all.records[current.number];
  const auto keep = [&] { fuzz::keep(all, current, answer); };
  const auto right = [&](const std::string& value) {
    require(value == answer_of(current.number), "message {} was answered '{}'", current.number, value);
  };
  const bool blocks = current.what == operation::await_call || current.what == operation::await_exclusively;
  switch (blocks ? 0 : current.how & 7) {
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
  sent(all, written, true, [&ref, &all, &current] {
    if (calls_task(current)) {
      switch (current.how >> 3 & 3) {
        case 0:
          return ref.defer<&node::run_task>(ticket{all, current});
        case 1:
          return ref.proxy()->run_task.defer(ticket{all, current});
        case 2:
          return ref.tell(task_ticket{all, current});
        default:
          return ref.defer(&node::run_large_task, large_ticket{all, current});
      }
    }
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
  const vicar::future<int> answer = sent(all, written, false, [&ref] { return ref.get<&node::field>(); });
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
  const vicar::future<void> answer = sent(all, written, false, [&ref, value] { return ref.set<&node::field>(value); });
  all.read_at_the_end(written, answer);
  if (current.how & 1) judged(all, written, reader::early, [&] { answer.get(); });
}

inline void broadcast(world& all, const instruction& current) {
  ++all.broadcasts;
  const notice message{&all.records[current.number], (current.how & 3) == 3};
  const sleeper waits{all};
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

inline void read_kept(world& all, const instruction& current) {
  const std::shared_ptr<kept_future> kept = all.kept(current.whom);
  if (!kept) return;
  const vicar::future<std::string> answer = kept->answer;
  switch (current.how & 3) {
    case 0:
      judge_kept(*kept, [&]() -> const std::string& {
        const sleeper waits{all, origins_of(*kept)};
        return answer.get();
      });
      break;
    case 1:
      judge_kept(*kept, [&]() -> const std::string& { return answer.get(200us); });
      break;
    case 2:
      if (answer.wait_for(0us)) require(answer.ready(), "a future is ready, and is not");
      break;
    default: {
      const sleeper waits{all, origins_of(*kept)};
      answer.wait();
      require(answer.ready(), "a future was waited for, and is not ready");
    }
  }
}

/// Waits for several kept futures.
inline void read_all(world& all, const instruction& current) {
  std::vector<vicar::future<std::string>> futures;
  answers origins;
  for (std::size_t i = 0; i <= current.how % 3; ++i) {
    const auto kept = all.kept(current.whom + i);
    if (!kept) return;
    futures.push_back(kept->answer);
    add_origins(origins, *kept);
  }
  try {
    const sleeper waits{all, origins};
    for (const auto& each : vicar::when_all(futures).get())
      require(each.ready(), "not all of several futures are ready");
  } catch (const vicar::deadlock_error& error) {
    judge_deadlock(all, origins, nullptr, error);
    throw;
  }
}

/// Lets a function on an actor follow a kept future.
inline void continue_on(world& all, const instruction& current, const found_actor& target) {
  const vicar::actor_ref<node>& ref = target.second;
  const std::shared_ptr<kept_future> source = all.kept(current.how >> 2);
  if (!source) return;
  record& written = begin_to_send(all, current, *target.first, record::kind::continuation);
  auto made = std::make_shared<kept_future>();
  made->expected = answer_of(current.number);
  made->origin = &written;
  made->sequence = written.sequence;
  made->followed = source;
  made->followed_origins = origins_of(*source);
  {
    const std::lock_guard lock{all.waits};
    written.awaited = &made->followed_origins;  // until its function runs
  }
  if (message_here && may_await(*message_here, *source)) made->maker = message_here;
  const auto as_expected = [source](const std::string& value) {
    require(value == source->expected, "a function that follows a future was given '{}' instead of '{}'", value,
            source->expected);
  };
  ticket msg{all, current};
  made->answer = [&]() -> vicar::future<std::string> {
    switch (current.how & 3) {
      case 0:
        return source->answer.then(ref,
                                   [msg = std::move(msg), source](node& it, const vicar::future<std::string>& given) {
                                     require(given.ready(), "a function follows a future that is not ready");
                                     return it.go_on(msg, *source);
                                   });
      case 1:
        return source->answer.then(ref,
                                   [msg = std::move(msg), source](node& it, const vicar::future<std::string>& given) {
                                     require(given.ready(), "a function follows a future that is not ready");
                                     return it.go_on_task(msg, *source);
                                   });
      case 2:
        return source->answer.then(ref,
                                   [msg = std::move(msg), source, as_expected](node& it, const std::string& value) {
                                     as_expected(value);
                                     return it.go_on(msg, *source);
                                   });
      default:
        return source->answer.then(ref,
                                   [msg = std::move(msg), source, as_expected](node& it, const std::string& value) {
                                     as_expected(value);
                                     return it.go_on_task(msg, *source);
                                   });
    }
  }();
  all.keep(std::move(made));
}

inline void derive(world& all, const instruction& current) {
  const std::shared_ptr<kept_future> first = all.kept(current.whom);
  if (!first || first->expected.size() > 200) return;
  auto made = std::make_shared<kept_future>();
  kept_future* const noted = made.get();  // lives as long as the future
  const auto comes_from = [&made](const std::shared_ptr<kept_future>& source) {
    const bool may = message_here && may_await(*message_here, *source);
    const bool may_before = made->sources.empty() || made->maker;
    made->maker = may && may_before ? message_here : nullptr;
    made->sequence = std::max(made->sequence, source->sequence);
    made->sources.push_back(source);
  };
  comes_from(first);
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
    comes_from(second);
    made->answer = first->answer.join(second->answer).map([noted](const std::vector<std::string>& values) {
      ++noted->made;
      return values[0] + ", " + values[1];
    });
  }
  all.keep(std::move(made));
}

inline void stop(world& all, const instruction& current, const found_actor& target) {
  subject* const receiver = target.first;
  const vicar::actor_ref<node>& ref = target.second;
  const vicar::future<bool> stopped = ref.stop();
  const unsigned kind_of_send = current.how & 3U;
  if (kind_of_send == 0) return;
  try {
    std::optional<sleeper> waits;
    if (kind_of_send != 2) waits.emplace(all);
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

inline void stop_all(world& all, const instruction& current) {
  try {
    std::optional<sleeper> waits;
    if (current.how & 1) waits.emplace(all);
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

/// The target of an instruction, if there is one.
inline std::optional<found_actor> target_of(const world& all, const instruction& current, const subject* here) {
  // Without `whom`, this actor itself.
  return all.find(here && current.whom % 16 == 15 ? here->index : current.whom);
}

inline void perform(world& all, const instruction& current, subject* here) {
  const auto at_target = [&](auto&& act) {
    if (const auto target = target_of(all, current, here)) act(*target);
  };
  switch (current.what) {
    case operation::end:
      break;
    case operation::start:
      start_node(all, current.whom, &current);
      break;
    case operation::call:
    case operation::call_task:
    case operation::await_call:
    case operation::await_exclusively:
      at_target([&](const found_actor& target) { call(all, current, target); });
      break;
    case operation::defer:
    case operation::defer_task:
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
    case operation::await_kept:
      read_kept(all, current);
      break;
    case operation::derive:
      derive(all, current);
      break;
    case operation::stop:
      at_target([&](const found_actor& target) { stop(all, current, target); });
      break;
    case operation::stop_all:
      stop_all(all, current);
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
    case operation::next_turn:
      all.around.pause(current.how % 8);
      break;
    case operation::branch:
      branch(all, current, here);
      break;
    case operation::await_all:
      read_all(all, current);
      break;
    case operation::local_task:
      execute(all, current.bodies[0], here);
      break;
    case operation::then:
      at_target([&](const found_actor& target) { continue_on(all, current, target); });
      break;
    case operation::throw_fault:
      throw fault{"a fault"};
    case operation::throw_number:
      throw static_cast<int>(current.how);
    case operation::throw_stop_all:
      throw vicar::stop_all_actors{};
  }
}

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

inline vicar::task<> node::perform_here(const instruction& current, record& message) {
  const presence now{*this, &message};
  perform(*all_, current, me_);
  co_return;
}
inline vicar::task<> node::await_call(const instruction& current, record& message) {
  const frame here{*this, message};
  const bool taken = (current.how & 3) == 3;
  vicar::future<std::string> answer;
  {
    const presence now{*this, &message};
    const auto target = target_of(*all_, current, me_);
    if (!target) co_return;
    answer = ask(*all_, current, *target);
    if (!taken) keep(*all_, current, answer);
  }
  record& asked = all_->records[current.number];
  const reader role = taken ? reader::only : reader::early;
  std::string value;
  try {
    solitude alone{*this, message, {&asked}};
    if (taken)
      value = co_await std::move(answer);
    else
      value = co_await answer;
    alone.resumed();
  } catch (...) {
    const presence again{*this, &message};
    judge_exception(*all_, asked, role, that_suspends(message));
    throw;
  }
  const presence again{*this, &message};
  ++so_far.resumed;
  judge_value(asked, role);
  require(value == answer_of(current.number), "message {} was answered '{}'", current.number, value);
}
inline vicar::task<> node::await_exclusively(const instruction& current, record& message) {
  const presence now{*this, &message};
  const auto target = target_of(*all_, current, me_);
  if (!target) co_return;
  const vicar::future<std::string> answer = ask(*all_, current, *target);
  keep(*all_, current, answer);
  record& asked = all_->records[current.number];
  std::string value;
  try {
    const sleeper waits{*all_, {&asked}};
    value = co_await vicar::exclusively(answer);
  } catch (...) {
    judge_exception(*all_, asked, reader::early);
    throw;
  }
  judge_value(asked, reader::early);
  require(value == answer_of(current.number), "message {} was answered '{}'", current.number, value);
}
inline vicar::task<> node::await_kept(const instruction& current, record& message) {
  const frame here{*this, message};
  for (const auto& kept : all_->awaitable(message, current.whom, 1)) {
    const vicar::future<std::string> answer = kept->answer;
    solitude alone{*this, message, origins_of(*kept)};
    const std::string& value = co_await answer;
    alone.resumed();
    require(value == kept->expected, "a kept future has the value '{}' instead of '{}'", value, kept->expected);
    ++so_far.resumed;
  }
}
inline vicar::task<> node::await_all(const instruction& current, record& message) {
  const frame here{*this, message};
  std::vector<vicar::future<std::string>> futures;
  answers origins;
  for (const auto& kept : all_->awaitable(message, current.whom, 1 + current.how % 3)) {
    futures.push_back(kept->answer);
    add_origins(origins, *kept);
  }
  const vicar::future<std::vector<vicar::future<std::string>>> gathered = vicar::when_all(futures);
  try {
    solitude alone{*this, message, origins};
    const auto& ready = co_await gathered;
    alone.resumed();
    for (const auto& each : ready) require(each.ready(), "not all of several futures are ready");
  } catch (const vicar::deadlock_error& error) {
    const presence again{*this, &message};
    judge_deadlock(*all_, origins, that_suspends(message), error);
    throw;
  }
  ++so_far.resumed;
}
inline vicar::task<> node::let_others_go_first(record& message) {
  const frame here{*this, message};
  const solitude alone{*this, message};
  co_await vicar::next_turn();
}

}  // namespace fuzz

#endif
