// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_PLAYER_HPP
#define VICAR_TESTS_SUPPORT_PLAYER_HPP

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <vicar/members.hpp>
#include <vicar/traversable.hpp>

// A class with members of every kind, for tests of fakes.
namespace support {

struct speaker {
  int volume() const { return volume_; }
  void set_volume(int volume) { volume_ = volume; }
  bool muted = false;

 private:
  int volume_ = 5;
};

struct deck {
  static constexpr bool vicar_traversable = true;
  int play(const std::string& title) { return static_cast<int>(title.size()); }
  double position = 0;
  std::unique_ptr<speaker> output;
};

class player_base {
 public:
  int version() const { return 1; }
  void erase() {}
};

struct note {
  int number;
};
struct closed_note {};

/// Cannot be constructed, so only the functions of a fake run here.
class player : public player_base {
 public:
  using receives = vicar::messages<note, closed_note>;

  player() = delete;

  int add(int a, int b) { return a + b; }
  void rename(std::string name) { name_ = std::move(name); }
  const std::string& name() const noexcept { return name_; }
  std::string find(int) { return {}; }
  std::string find(const std::string&) { return {}; }
  int scale(int value, int factor = 10) { return value * factor; }
  template <class Number>
  Number twice(Number number) {
    return number * 2;
  }
  std::unique_ptr<int> take(std::unique_ptr<int> number) { return number; }
  std::vector<std::unique_ptr<int>> sort(std::vector<std::unique_ptr<int>> given) { return given; }
  void fill(std::vector<int>& into) { into.push_back(1); }
  static int count() { return 0; }
  int measure(const player_base& base) { return base.version(); }

  int on_receive(note message) { return message.number; }
  void on_receive(closed_note) {}

  int calls = 0;
  const int fixed = 3;
  int numbers[3] = {};
  std::function<int(int)> handler;
  vicar::traversable<deck> playback;

 private:
  std::string name_;
};

}  // namespace support

template <>
inline constexpr bool vicar::enable_traversable<support::speaker> = true;

VICAR_PROXY(support::speaker, VICAR_PROPERTY(volume, volume, set_volume), muted)
VICAR_PROXY(support::deck, play, position, output)
VICAR_PROXY(support::player, add, rename, VICAR_PROPERTY(title, name, rename), find, scale, twice, take, sort, fill,
            count, measure, calls, fixed, numbers, handler, playback, version)

#endif
