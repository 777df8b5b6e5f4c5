// SPDX-License-Identifier: BSL-1.0
// An actor that uses another.
#include <utility>

#include <vicar/vicar.hpp>

class adder {
 public:
  int add_one(int i) {
    ++calls;
    return i + 1;
  }
  int calls = 0;
};
VICAR_PROXY(adder, add_one, calls)

class bookkeeper {
 public:
  explicit bookkeeper(vicar::actor_proxy<adder> adder) : adder_{std::move(adder)} {}
  int count_to(int target) {
    int i = 0;
    while (i < target) i = adder_->add_one(i).get();
    return i;
  }

 private:
  vicar::actor_proxy<adder> adder_;
};

int main() {
  auto adder_proxy = vicar::start<adder>().proxy();
  auto keeper = vicar::start<bookkeeper>(adder_proxy).proxy();
  const int counted = keeper.call(&bookkeeper::count_to, 5).get();
  const int by_name = adder_proxy->add_one(41).get();
  adder_proxy->add_one.defer(1);
  const int calls = adder_proxy->calls.get();
  adder_proxy->calls = 0;
  vicar::registry::stop_all();
  return counted + by_name + calls == 54 ? 0 : 1;
}
