// SPDX-License-Identifier: BSL-1.0
// Small programs, explored: `cases <name> finds` succeeds if a run fails, `cases <name> passes` if none does.
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/explore.hpp>
#include <vicar/vicar.hpp>

namespace {

using namespace std::chrono_literals;

void require(bool right, const char* what) {
  if (!right) throw std::runtime_error{what};
}

struct store {
  int add(int value) { return sum += value; }
  int sum = 0;
};

/// Three threads read one answer.
void one_reader(vicar::world& world) {
  const auto ref = vicar::start<store>();
  const auto answer = ref.call<&store::add>(1);
  std::vector<vicar::world::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.push_back(world.spawn("reader", [answer] { require(answer.get() == 1, "another answer"); }));
  }
}

class node {
 public:
  void connect(vicar::actor_ref<node> next) { next_.push_back(std::move(next)); }
  bool ask() { return next_.front().call<&node::answer>().get(); }
  bool ask_for_a_second() { return next_.front().call<&node::answer>().wait_for(1s); }
  bool answer() { return true; }

 private:
  std::vector<vicar::actor_ref<node>> next_;
};

/// One of two actors that ask each other waits for a second at most, so neither is in a deadlock.
void false_cycle(vicar::world&) {
  const auto one = vicar::start<node>();
  const auto other = vicar::start<node>();
  one.call<&node::connect>(other).get();
  other.call<&node::connect>(one).get();
  const auto first = one.call<&node::ask_for_a_second>();
  const auto second = other.call<&node::ask>();
  first.get();
  require(second.get(), "no answer");
}

/// Two senders wait for the same space.
void lost_space(vicar::world& world) {
  const auto ref = vicar::start<store>({.mailbox_capacity = 1});
  {
    const auto send = [ref] {
      for (int i = 0; i < 3; ++i) ref.defer<&store::add>(1);
    };
    const auto one = world.spawn("one", send);
    const auto other = world.spawn("other", send);
  }
  require(ref.call<&store::add>(0).get() == 6, "a message is lost");
}

}  // namespace

int main(int, char* argv[]) {
  const std::map<std::string_view, std::function<void(vicar::world&)>> cases{
      {"one_reader", &one_reader}, {"false_cycle", &false_cycle}, {"lost_space", &lost_space}};
  const bool finds = argv[2] == std::string_view{"finds"};
  bool right = true;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const vicar::exploration found = vicar::try_explore({.runs = 2000, .seed = seed, .slack = 2s}, cases.at(argv[1]));
    fmt::print("{} runs: {}\n", found.runs, found.failure.empty() ? "nothing" : found.failure);
    right = right && found.failure.empty() != finds && found.uncontrolled.empty();
  }
  return right ? 0 : 1;
}
