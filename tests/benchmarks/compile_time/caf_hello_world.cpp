// SPDX-License-Identifier: BSL-1.0
// The smallest useful program with CAF: one actor asks another, and prints the answer.
#include <iostream>
#include <string>

#include <caf/all.hpp>

caf::behavior reverser() {
  return {[](const std::string& text) { return std::string(text.rbegin(), text.rend()); }};
}

void greeter(caf::event_based_actor* self, const caf::actor& other) {
  self->request(other, std::chrono::seconds{10}, "!dlrow olleH").then([](const std::string& answer) {
    std::cout << answer << std::endl;
  });
}

void caf_main(caf::actor_system& system) { system.spawn(greeter, system.spawn(reverser)); }

CAF_MAIN()
