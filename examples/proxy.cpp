// SPDX-License-Identifier: BSL-1.0
// A class used through its proxy, as if one held the object: fields, methods, a property, a part that can be entered.
// The class knows nothing of actors. Each use of the proxy is a message, and what the radio says, it says on its own
// thread.
#include <stdexcept>
#include <string>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

class tape {
 public:
  void insert(const std::string& title) {
    fmt::print("  tape: {} is in\n", title);
    title_ = title;
  }
  std::string title() const { return title_; }

 private:
  std::string title_ = "no tape";
};
VICAR_PROXY(tape, insert, title)

class radio {
 public:
  double tune(double megahertz) {
    fmt::print("  radio: tune to {}\n", megahertz);
    if (megahertz < 87.5 || megahertz > 108) throw std::out_of_range{"there is no such frequency"};
    frequency_ = megahertz;
    return frequency_;
  }
  void press(const std::string& button) {
    fmt::print("  radio: {}\n", button);
    ++pressed;
  }

  int volume() const { return volume_; }
  void set_volume(int wanted) {
    fmt::print("  radio: volume from {} to {}\n", volume_, wanted);
    volume_ = wanted;
  }

  std::string owner = "nobody";
  int pressed = 0;
  vicar::traversable<tape> deck;

 private:
  double frequency_ = 87.5;
  int volume_ = 3;
};
VICAR_PROXY(radio, tune, press, VICAR_PROPERTY(volume, volume, set_volume), owner, pressed, deck)

int main() {
  const auto proxy = vicar::start<radio>().proxy();

  fmt::print("a method gives a future\n");
  const vicar::future<double> tuned = proxy->tune(101.5);
  fmt::print("tuned to {}\n", tuned.get());

  fmt::print("its exception comes out of the future\n");
  try {
    proxy->tune(7.0).get();
  } catch (const std::out_of_range& error) {
    fmt::print("caught: {}\n", error.what());
  }

  fmt::print("a deferred call has no future\n");
  proxy->press.defer("mono");
  proxy->press.defer("bass");
  fmt::print("a field is read\npressed {} times\n", proxy->pressed.get());  // after both: messages keep their order

  fmt::print("and written\n");
  proxy->owner = "Ada";
  fmt::print("it is {}'s\n", proxy->owner.get());

  fmt::print("a property has a getter and a setter\n");
  proxy->volume = 8;
  fmt::print("volume {}\n", proxy->volume.get());

  fmt::print("a traversable member is entered\n");
  proxy->deck->insert("Goldberg Variations").get();
  fmt::print("in the deck: {}\n", proxy->deck->title().get());

  fmt::print("several things in one message\n");
  const vicar::future<int> louder = proxy.call([](radio& object) {
    object.set_volume(object.volume() + 1);
    return object.volume();
  });
  fmt::print("volume {}\n", louder.get());

  proxy.stop().get();  // the dot is the handle, the arrow is the radio
  fmt::print("alive: {}\n", proxy.ref().is_alive());
}
