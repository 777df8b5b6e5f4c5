// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <utility>

#include <vicar/vicar.hpp>

#include "drivers.hpp"
#include "subjects.hpp"

namespace benchmarks {

/// Can be called in all the compared ways. Not `tally`, which is registered elsewhere.
class counter {
 public:
  int add_one(int value) {
    last = value + 1;
    return last;
  }
  int last = 0;
};

class desk : public counter {
 public:
  vicar::traversable<counter> drawer;
};

}  // namespace benchmarks

VICAR_PROXY(benchmarks::counter, add_one, last)
VICAR_PROXY(benchmarks::desk, add_one, last, drawer)

namespace benchmarks {

namespace {

/// Like `round_trip`, with one kind of call instead of a subject.
template <class Call>
void add_way(suite& all, const std::string& name, Call call, int expected_of_each) {
  all.add('H', name, [call, expected_of_each](const setting& how) -> measurement {
    const long count = how.count(20'000);
    const auto proxy = vicar::start<desk>().proxy();
    const placed_caller caller{how.where};
    const auto place = [&](const core_set& allowed) {
      proxy.call([](desk&, const core_set& cores) { confine_this_thread(cores); }, allowed).get();
    };
    place(cores_of_actor(how.where));
    proxy->last = 1;
    for (long done = 0; done < count / 10; ++done) call(proxy);
    long sum = 0;
    const stopwatch watch;
    for (long done = 0; done < count; ++done) sum += call(proxy);
    const double took = watch.nanoseconds();
    place(all_cores());
    proxy.stop().wait();
    require_equal(sum, count * expected_of_each, name_of(how.where).data());
    return {took / static_cast<double>(count)};
  });
}

}  // namespace

void add_vicar_ways_to_call(suite& all) {
  using proxy_type = vicar::actor_proxy<desk>;
  add_way(all, "vicar, by name", [](const proxy_type& proxy) { return proxy->add_one(1).get(); }, 2);
  add_way(
      all, "vicar, by member pointer", [](const proxy_type& proxy) { return proxy.call(&desk::add_one, 1).get(); }, 2);
  add_way(all, "vicar, field read", [](const proxy_type& proxy) { return proxy->last.get(); }, 1);
  add_way(all, "vicar, nested call", [](const proxy_type& proxy) { return proxy->drawer->add_one(1).get(); }, 2);
}

}  // namespace benchmarks
