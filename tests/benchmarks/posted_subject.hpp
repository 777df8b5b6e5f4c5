// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_POSTED_SUBJECT_HPP
#define VICAR_BENCHMARKS_POSTED_SUBJECT_HPP

#include <cstddef>
#include <future>
#include <memory>
#include <vector>

#include "placement.hpp"
#include "tally.hpp"

namespace benchmarks {

/// A subject, as the drivers want it, made of something that runs functions on a thread:
///
///   void post(f);   runs `f()` there
///   auto call(f);   the same, and returns a std::future of the result
template <class Engine>
class posted_subject {
 public:
  using future = std::future<int>;

  posted_subject() = default;
  /// Where the engine takes no more than `capacity` functions at a time.
  explicit posted_subject(std::size_t capacity) : engine_{capacity} {}

  int add_one(int value) { return add_one_later(value).get(); }
  future add_one_later(int value) {
    return engine_.call([this, value] { return tally_.add_one(value); });
  }
  static int read(future& answer) { return answer.get(); }
  void put(int value) {
    engine_.post([this, value] { tally_.put(value); });
  }
  long sum() {
    return engine_.call([this] { return tally_.sum; }).get();
  }
  void place(const core_set& allowed) {
    engine_.call([allowed] { confine_this_thread(allowed); }).get();
  }

  class ring {
   public:
    ring(std::size_t actors, placement where) {
      for (std::size_t index = 0; index < actors; ++index) {
        actors_.push_back(std::make_unique<posted_subject>());
        actors_.back()->place(cores_of_actor(where, index));
      }
    }
    ~ring() {
      for (auto& actor : actors_) actor->place(all_cores());
    }
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    void pass(long hops) {
      arrived_ = {};
      std::future<void> arrived = arrived_.get_future();
      send(0, hops);
      arrived.get();
    }
    long visits() {
      long all = 0;
      for (auto& actor : actors_) all += actor->sum();
      return all;
    }

   private:
    void send(std::size_t to, long hops) {
      actors_[to]->engine_.post([this, to, hops] {
        actors_[to]->tally_.put(1);
        if (hops == 1)
          arrived_.set_value();
        else
          send((to + 1) % actors_.size(), hops - 1);
      });
    }

    std::vector<std::unique_ptr<posted_subject>> actors_;
    std::promise<void> arrived_;
  };

 private:
  tally tally_;
  Engine engine_;  // behind the tally, so that its thread is gone before it
};

}  // namespace benchmarks

#endif
