// SPDX-License-Identifier: BSL-1.0
// Executes programs made of arbitrary bytes in a world, whose order a hash of the bytes decides: an input is a program
// and its schedule, so a crash replays from the file alone. Each program runs twice, to see that it repeats.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <vicar/explore.hpp>

#include "fuzz/program.hpp"
#include "fuzz/run.hpp"
#include "fuzz/world.hpp"

namespace fuzz {
namespace {

class ordered final : public surroundings {
 public:
  explicit ordered(vicar::world& world) : world_{world} {}
  std::function<void()> start(std::string name, std::function<void()> branch) override {
    return [thread = std::make_shared<vicar::world::thread>(world_.spawn(std::move(name), std::move(branch)))] {
      thread->join();
    };
  }
  void pause(int) override { world_.point(); }
  void settle() override { world_.run(); }

 private:
  vicar::world& world_;
};

std::uint64_t hash_of(const std::uint8_t* bytes, std::size_t size) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash;
}

}  // namespace
}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const bool prepared = (fuzz::prepare_handlers(), true);
  static_cast<void>(prepared);
  const fuzz::program what = fuzz::decoder{bytes, size}.decode();
  const fuzz::current_input now{bytes, size, what};
  const std::uint64_t hash = fuzz::hash_of(bytes, size);
  constexpr std::array strategies{vicar::strategy::random, vicar::strategy::pct, vicar::strategy::sampling};
  const vicar::explore_options chosen{
      .runs = 1, .how = strategies.at(hash % strategies.size()), .seed = hash, .shrink = false};
  const auto body = [&](vicar::world& world) {
    fuzz::ordered around{world};
    fuzz::run(what, around);
  };
  const vicar::exploration found = vicar::try_explore(chosen, body, vicar::call_site{"fuzz", 1});
  if (!found.failure.empty()) fuzz::give_up(found.failure);
  if (!found.uncontrolled.empty()) fuzz::give_up(found.uncontrolled);
  return 0;
}
