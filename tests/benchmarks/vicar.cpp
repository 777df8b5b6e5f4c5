// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "drivers.hpp"
#include "subjects.hpp"
#include "tally.hpp"

namespace benchmarks {

/// One actor of a ring.
class station {
 public:
  void link(vicar::actor_proxy<station> next) { next_ = std::move(next); }
  void arrive(long hops, std::promise<void>* arrived);

  long visits = 0;

 private:
  std::optional<vicar::actor_proxy<station>> next_;
};

}  // namespace benchmarks

VICAR_PROXY(benchmarks::tally, add_one, put, sum)
VICAR_PROXY(benchmarks::station, link, arrive, visits)

namespace benchmarks {

void station::arrive(long hops, std::promise<void>* arrived) {
  ++visits;
  if (hops == 1)
    arrived->set_value();
  else
    (*next_)->arrive.defer(hops - 1, arrived);
}

namespace {

void place_actor(const auto& proxy, const core_set& allowed) {
  proxy.call([](auto&, const core_set& cores) { confine_this_thread(cores); }, allowed).get();
}

class vicar_subject {
 public:
  using future = vicar::future<int>;

  vicar_subject() = default;
  explicit vicar_subject(std::size_t capacity)
      : proxy_{vicar::start<tally>(vicar::options{.mailbox_capacity = capacity}).proxy()} {}
  ~vicar_subject() { proxy_.stop().wait(); }
  vicar_subject(const vicar_subject&) = delete;
  vicar_subject& operator=(const vicar_subject&) = delete;

  int add_one(int value) { return proxy_->add_one(value).get(); }
  future add_one_later(int value) { return proxy_->add_one(value); }
  static int read(future& answer) { return answer.get(); }
  void put(int value) { proxy_->put.defer(value); }
  long sum() { return proxy_->sum.get(); }
  void place(const core_set& allowed) { place_actor(proxy_, allowed); }

  class ring {
   public:
    ring(std::size_t actors, placement where) {
      for (std::size_t index = 0; index < actors; ++index) {
        stations_.push_back(vicar::start<station>().proxy());
        place_actor(stations_.back(), cores_of_actor(where, index));
      }
      for (std::size_t index = 0; index < actors; ++index)
        stations_[index]->link(stations_[(index + 1) % actors]).wait();
    }
    ~ring() {
      for (auto& each : stations_) {
        place_actor(each, all_cores());
        each.stop().wait();
      }
    }
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    void pass(long hops) {
      arrived_ = {};
      std::future<void> arrived = arrived_.get_future();
      stations_.front()->arrive.defer(hops, &arrived_);
      arrived.get();
    }
    long visits() {
      long all = 0;
      for (auto& each : stations_) all += each->visits.get();
      return all;
    }

   private:
    std::promise<void> arrived_;
    std::vector<vicar::actor_proxy<station>> stations_;
  };

 private:
  vicar::actor_proxy<tally> proxy_ = vicar::start<tally>().proxy();
};

}  // namespace

void add_vicar(suite& all) {
  add_subject<vicar_subject>(all, "vicar", "ABCDEFGI");
  add_bounded_subject<vicar_subject>(all, "vicar");
}

}  // namespace benchmarks
