// SPDX-License-Identifier: BSL-1.0
// The system refuses a thread to an actor: start throws, and all calls to the actor are answered.
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/faults.hpp"
#include "support/started.hpp"
#include "support/threads.hpp"

namespace registry = vicar::registry;
using support::containing;
using support::error_text;
using support::joined_thread;

namespace {

struct bystander {
  int seven() const { return 7; }
};

/// From `begin` on, no new thread can be created, and there is no idle thread for an actor.
class no_threads {
 public:
  no_threads() {
    for (std::size_t i = 0; i < vicar::detail::most_idle_threads; ++i) others_.push_back(vicar::start<bystander>());
    if (pthread_getattr_default_np(&usual_) != 0 || pthread_getattr_default_np(&impossible_) != 0 ||
        pthread_attr_setstacksize(&impossible_, std::size_t{1} << 46U) != 0) {
      throw std::runtime_error{"the attributes of threads cannot be had"};
    }
  }
  ~no_threads() {
    end();
    for (auto& each : others_) each.stop().wait();
  }
  no_threads(const no_threads&) = delete;
  no_threads& operator=(const no_threads&) = delete;

  void begin() {
    ++support::faults.threads;
    pthread_setattr_default_np(&impossible_);
  }
  void end() { pthread_setattr_default_np(&usual_); }
  std::size_t others() const { return others_.size(); }

 private:
  pthread_attr_t usual_;
  pthread_attr_t impossible_;
  std::vector<vicar::actor_ref<bystander>> others_;
};

/// Exposes a reference in its constructor, waits there until it has been used, and gets no thread.
class unlucky {
 public:
  unlucky(no_threads& refusal, std::optional<vicar::actor_ref<unlucky>>& handed_out, std::binary_semaphore& there,
          std::binary_semaphore& used) {
    handed_out = vicar::self(*this);
    there.release();
    used.acquire();
    refusal.begin();
  }
  int seven() { return 7; }
};

std::string start_unlucky(no_threads& refusal, std::optional<vicar::actor_ref<unlucky>>& handed_out,
                          std::binary_semaphore& there, std::binary_semaphore& used,
                          const vicar::options& chosen = {}) {
  const std::string text =
      error_text<vicar::error>([&] { return vicar::start<unlucky>(chosen, refusal, handed_out, there, used); });
  refusal.end();
  return text;
}

TEST_CASE("without a thread, threads that wait for a reply or for the end are answered") {
  no_threads refusal;
  std::optional<vicar::actor_ref<unlucky>> ref;
  std::binary_semaphore there{0};
  std::binary_semaphore used{0};
  std::string reply;
  bool stopped = false;
  {
    const joined_thread asker{[&] {
      there.acquire();
      const vicar::actor_ref<unlucky> mine = *ref;
      const auto asked = mine.call<&unlucky::seven>();
      mine.defer<&unlucky::seven>();
      const auto stopping = mine.stop();
      used.release();
      reply = error_text<vicar::actor_dead_error>([&] { return asked.get(); });
      stopped = stopping.get();
    }};
    CHECK(start_unlucky(refusal, ref, there, used) ==
          containing("vicar: cannot start a thread for", "unlucky (urn:uuid:"));
  }
  CHECK(reply == containing("stopped before handling the message seven"));
  CHECK(stopped);
  CHECK(ref->stats().dropped == 2);
  CHECK_FALSE(ref->is_alive());
  CHECK_FALSE(ref->stop().get());
  CHECK(registry::get_all().size() == refusal.others());
}

TEST_CASE("without a thread, a blocked sender is released") {
  no_threads refusal;
  std::optional<vicar::actor_ref<unlucky>> ref;
  std::binary_semaphore there{0};
  std::binary_semaphore used{0};
  std::string reply;
  {
    support::sleeper blocked;
    const joined_thread sender{[&] {
      there.acquire();
      const vicar::actor_ref<unlucky> mine = *ref;
      mine.defer<&unlucky::seven>();
      blocked.here();
      reply = error_text<vicar::actor_dead_error>([&] { mine.defer<&unlucky::seven>(); });
    }};
    const joined_thread watcher{[&] {
      blocked.wait_until_asleep();
      used.release();
    }};
    CHECK(start_unlucky(refusal, ref, there, used, {.mailbox_capacity = 1}) == containing("cannot start a thread for"));
  }
  CHECK(reply == containing("is not running, seven was not delivered"));
}

TEST_CASE("without a thread, a daemon is refused as well") {
  no_threads refusal;
  std::optional<vicar::actor_ref<unlucky>> ref;
  std::binary_semaphore there{0};
  std::binary_semaphore used{1};
  CHECK(start_unlucky(refusal, ref, there, used, {.daemon = true}) == containing("cannot start a thread for"));
  CHECK(registry::get_all().size() == refusal.others());
}

/// Has its own thread, which runs until the actor is stopped, and which its destructor joins.
class with_helper : public vicar::actor {
 public:
  explicit with_helper(no_threads& refusal)
      : helper_{[token = stop_token()] {
          while (!token.stop_requested()) std::this_thread::yield();
        }} {
    refusal.begin();
  }
  ~with_helper() { helper_.join(); }
  with_helper(const with_helper&) = delete;
  with_helper& operator=(const with_helper&) = delete;

 private:
  std::thread helper_;
};

TEST_CASE("without a thread, the stop token is signalled before the object is destroyed") {
  no_threads refusal;
  CHECK(error_text<vicar::error>([&] { return vicar::start<with_helper>(refusal); }) ==
        containing("cannot start a thread for"));
  refusal.end();
  CHECK(registry::get_all().size() == refusal.others());
}

TEST_CASE("without a thread, the destructor still knows the actor's name") {
  struct named : vicar::actor {
    named(no_threads& refusal, std::string& name) : at_the_end{name} { refusal.begin(); }
    ~named() {
      at_the_end = name();
      stop();
    }
    std::string& at_the_end;
  };
  no_threads refusal;
  std::string name;
  CHECK_THROWS_AS(vicar::start<named>({.name = "forgotten"}, refusal, name), vicar::error);
  CHECK(name == "forgotten");
}

TEST_CASE("without a thread, messages of the constructor to itself are answered and destroyed") {
  struct hopeful {
    hopeful(no_threads& refusal, vicar::future<int>& answer, std::shared_ptr<int> token) {
      const auto me = vicar::self(*this);
      answer = me.call([](hopeful&, const std::shared_ptr<int>& kept) { return *kept; }, token);
      me.defer([](hopeful&, const std::shared_ptr<int>&) {}, std::move(token));
      refusal.begin();
    }
  };
  no_threads refusal;
  vicar::future<int> answer;
  auto token = std::make_shared<int>(7);
  const std::weak_ptr<int> watched = token;
  CHECK_THROWS_AS(vicar::start<hopeful>(refusal, answer, std::move(token)), vicar::error);
  refusal.end();
  CHECK(watched.expired());
  REQUIRE(answer.ready());
  CHECK_THROWS_AS(answer.get(), vicar::actor_dead_error);
}

TEST_CASE("without a thread, an actor that starts another one gets an error, and starts one later") {
  struct parent {
    int children(no_threads& refusal) {
      refusal.begin();
      try {
        vicar::start<bystander>();
      } catch (const vicar::error&) {
        refusal.end();
        const auto child = vicar::start<bystander>();
        const int seven = child.call(&bystander::seven).get();
        child.stop().wait();
        return seven;
      }
      return 0;
    }
  };
  const support::started<parent> actor;
  no_threads refusal;
  CHECK(actor->call(&parent::children, std::ref(refusal)).get() == 7);
}

TEST_CASE("without threads, many times: actors that have one run on, the others leave nothing behind") {
  no_threads refusal;
  const support::started<bystander> actor;
  for (int round = 0; round < 100; ++round) {
    refusal.begin();
    CHECK_THROWS_AS(vicar::start<bystander>(), vicar::error);
    refusal.end();
    CHECK(actor->call(&bystander::seven).get() == 7);
    CHECK(registry::get_all().size() == refusal.others() + 1);
  }
}

}  // namespace
