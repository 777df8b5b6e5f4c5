// SPDX-License-Identifier: BSL-1.0
// Two actors work together: a bookkeeper counts, and an adder does the adding for it.
#include <vicar/vicar.hpp>

#include <fmt/core.h>

class adder {  // any class; no base class needed
 public:
  int add_one(int i) {
    ++calls;
    return i + 1;
  }
  int calls = 0;
};
VICAR_PROXY(adder, add_one, calls)  // so that a proxy has them by name

class bookkeeper {
 public:
  explicit bookkeeper(vicar::actor_proxy<adder> adder) : adder_{std::move(adder)} {}

  int count_to(int target) {
    int i = 0;
    while (i < target) {
      i = adder_->add_one(i).get();
      fmt::print("counted to {}\n", i);
    }
    return i;
  }

 private:
  vicar::actor_proxy<adder> adder_;
};

int main() {
  auto adder_proxy = vicar::start<adder>().proxy();
  auto keeper = vicar::start<bookkeeper>(adder_proxy).proxy();

  const int counted = keeper.call(&bookkeeper::count_to, 5).get();  // by member pointer: needs no registration
  const int sum = adder_proxy->add_one(41).get();                   // by name
  adder_proxy->add_one.defer(1);                                    // fire and forget
  const int calls = adder_proxy->calls.get();                       // read a field: what was sent before is done
  fmt::print("counted to {}, 41 + 1 is {}, the adder was called {} times\n", counted, sum, calls);

  adder_proxy->calls = 0;  // write a field, wait until it is written
  fmt::print("now it says {}\n", adder_proxy->calls.get());

  vicar::registry::stop_all();
}
