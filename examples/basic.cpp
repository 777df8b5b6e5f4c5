// SPDX-License-Identifier: BSL-1.0
// The smallest actor that talks by messages: it has one on_receive for each type of message that it takes. It is told
// something that nobody waits for, asked something, and stopped.
#include <string>
#include <utility>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

struct greeting {
  std::string from;
};
struct question {
  std::string text;
};

class receptionist {
 public:
  void on_start() { fmt::print("receptionist: good morning\n"); }

  void on_receive(greeting message) {
    ++greeted_;
    last_ = std::move(message.from);
    fmt::print("receptionist: hello {}\n", last_);
  }
  std::string on_receive(const question& message) const {
    fmt::print("receptionist: \"{}\"?\n", message.text);
    return fmt::format("{} so far, the last was {}", greeted_, last_);
  }

  void on_stop() { fmt::print("receptionist: good night\n"); }

 private:
  int greeted_ = 0;
  std::string last_ = "nobody";
};

int main() {
  const auto ref = vicar::start<receptionist>();  // an object of the class on a thread of its own

  ref.tell(greeting{"Ada"});  // does not wait, and gets no answer
  ref.tell(greeting{"Grace"});
  const vicar::future<std::string> answer = ref.ask(question{"Who has come"});  // does not wait either
  fmt::print("answer: {}\n", answer.get());                                     // this does

  ref.tell(greeting{"Edsger"});
  const bool stopped = ref.stop().get();  // what was sent before is handled first
  fmt::print("stopped: {}, alive: {}\n", stopped, ref.is_alive());

  try {
    ref.tell(greeting{"Barbara"});
  } catch (const vicar::actor_dead_error&) {
    fmt::print("nobody is there for Barbara\n");
  }
}
