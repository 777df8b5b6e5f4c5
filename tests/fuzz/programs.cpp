// SPDX-License-Identifier: BSL-1.0
// Executes programs made of arbitrary bytes on real threads. An input is never rejected; a broken promise terminates
// the process.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "fuzz/program.hpp"
#include "fuzz/run.hpp"
#include "fuzz/world.hpp"
#include "support/settle.hpp"

namespace fuzz {
namespace {

/// Terminates the process when there has been no progress for long.
void watch() {
  constexpr int patience = 8;  // seconds: less than the timeout of libFuzzer
  std::uint64_t before = 0;
  int still = 0;
  for (;;) {
    std::this_thread::sleep_for(1s);
    const std::uint64_t now = input.steps;
    still = input.runs && now == before ? still + 1 : 0;
    before = now;
    if (still == patience) give_up("nothing moves");
  }
}

class threads final : public surroundings {
 public:
  std::function<void()> start(std::string, std::function<void()> branch) override {
    return [thread = std::make_shared<std::thread>(std::move(branch))] { thread->join(); };
  }
  void pause(int times) override {
    for (int i = 0; i < times; ++i) std::this_thread::yield();
  }
  void settle() override { support::settle(); }
};

bool prepare() {
  prepare_handlers();
  std::thread{&watch}.detach();
  return true;
}

}  // namespace
}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const bool prepared = fuzz::prepare();
  static_cast<void>(prepared);
  const fuzz::program what = fuzz::decoder{bytes, size}.decode();
  const fuzz::current_input now{bytes, size, what};
  fuzz::threads around;
  fuzz::run(what, around);
  return 0;
}
