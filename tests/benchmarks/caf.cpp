// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <string>
#include <vector>

#include <caf/all.hpp>

#include "drivers.hpp"
#include "subjects.hpp"
#include "tally.hpp"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(benchmarks::core_set)

namespace benchmarks {

namespace {

using add_one_atom = caf::atom_constant<caf::atom("add_one")>;
using put_atom = caf::atom_constant<caf::atom("put")>;
using sum_atom = caf::atom_constant<caf::atom("sum")>;
using place_atom = caf::atom_constant<caf::atom("place")>;
using link_atom = caf::atom_constant<caf::atom("link")>;
using arrive_atom = caf::atom_constant<caf::atom("arrive")>;

struct caf_configuration : caf::actor_system_config {
  caf_configuration() {
    // Detached actors do not use the workers; these must not poll for work meanwhile.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 1u);
  }
};

/// A system and the calling actor.
struct caf_surroundings {
  caf_surroundings() { current = this; }
  ~caf_surroundings() { current = nullptr; }
  caf_surroundings(const caf_surroundings&) = delete;
  caf_surroundings& operator=(const caf_surroundings&) = delete;

  caf_configuration configuration;
  caf::actor_system system{configuration};
  caf::scoped_actor asker{system};

  inline static caf_surroundings* current = nullptr;
};

[[noreturn]] void fail(const caf::error& error) {
  fmt::print(stderr, "benchmarks: CAF answered with an error: {}\n", caf::to_string(error));
  std::abort();
}

void stop_and_wait(const caf::actor& actor) {
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  caf_surroundings::current->asker->wait_for(actor);
}

template <class... Arguments>
auto ask(const caf::actor& actor, const Arguments&... arguments) {
  return caf_surroundings::current->asker->request(actor, caf::infinite, arguments...);
}
template <class Result, class Handle>
Result answer_of(Handle& handle) {
  Result result{};
  handle.receive([&](Result value) { result = value; }, [](const caf::error& error) { fail(error); });
  return result;
}
template <class... Arguments>
void ask_and_wait(const caf::actor& actor, const Arguments&... arguments) {
  ask(actor, arguments...).receive([] {}, [](const caf::error& error) { fail(error); });
}

caf::behavior counting(caf::stateful_actor<tally>* self) {
  return {[self](add_one_atom, int value) { return self->state.add_one(value); },
          [self](put_atom, int value) { self->state.put(value); },
          [self](sum_atom) { return static_cast<std::int64_t>(self->state.sum); },
          [](place_atom, const core_set& allowed) { confine_this_thread(allowed); }};
}

struct station {
  caf::actor next;
  std::int64_t visits = 0;
};

caf::behavior passing(caf::stateful_actor<station>* self, std::promise<void>* arrived) {
  return {[self](link_atom, const caf::actor& next) { self->state.next = next; },
          [self, arrived](arrive_atom, std::int64_t hops) {
            ++self->state.visits;
            if (hops == 1)
              arrived->set_value();
            else
              self->send(self->state.next, arrive_atom::value, hops - 1);
          },
          [self](sum_atom) { return self->state.visits; },
          [](place_atom, const core_set& allowed) { confine_this_thread(allowed); }};
}

class caf_subject {
 public:
  using future = decltype(ask(caf::actor{}, add_one_atom::value, 0));

  caf_subject() = default;
  ~caf_subject() { stop_and_wait(actor_); }
  caf_subject(const caf_subject&) = delete;
  caf_subject& operator=(const caf_subject&) = delete;

  int add_one(int value) {
    future answer = add_one_later(value);
    return read(answer);
  }
  future add_one_later(int value) { return ask(actor_, add_one_atom::value, value); }
  static int read(future& answer) { return answer_of<int>(answer); }
  void put(int value) { caf::anon_send(actor_, put_atom::value, value); }
  long sum() {
    auto answer = ask(actor_, sum_atom::value);
    return static_cast<long>(answer_of<std::int64_t>(answer));
  }
  void place(const core_set& allowed) { ask_and_wait(actor_, place_atom::value, allowed); }

  class ring {
   public:
    ring(std::size_t actors, placement where) {
      for (std::size_t index = 0; index < actors; ++index) {
        stations_.push_back(caf_surroundings::current->system.spawn<caf::detached>(passing, &arrived_));
        ask_and_wait(stations_.back(), place_atom::value, cores_of_actor(where, index));
      }
      for (std::size_t index = 0; index < actors; ++index)
        ask_and_wait(stations_[index], link_atom::value, stations_[(index + 1) % actors]);
    }
    ~ring() {
      for (auto& each : stations_) {
        ask_and_wait(each, place_atom::value, all_cores());
        stop_and_wait(each);
      }
    }
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    void pass(long hops) {
      arrived_ = {};
      std::future<void> arrived = arrived_.get_future();
      caf::anon_send(stations_.front(), arrive_atom::value, static_cast<std::int64_t>(hops));
      arrived.get();
    }
    long visits() {
      long all = 0;
      for (auto& each : stations_) {
        auto answer = ask(each, sum_atom::value);
        all += static_cast<long>(answer_of<std::int64_t>(answer));
      }
      return all;
    }

   private:
    std::promise<void> arrived_;
    std::vector<caf::actor> stations_;
  };

 private:
  caf::actor actor_ = caf_surroundings::current->system.spawn<caf::detached>(counting);
};

}  // namespace

void add_caf(suite& all) { add_subject<caf_subject, caf_surroundings>(all, "CAF 0.17, detached", "ABCDEFGI"); }

}  // namespace benchmarks
