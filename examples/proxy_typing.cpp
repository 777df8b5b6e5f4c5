// SPDX-License-Identifier: BSL-1.0
// Nothing about a proxy is looked up at run time: the compiler knows the type of everything. Here each type is written
// out where `auto` would do, and checked. Comments say which lines would not compile, and why not.
#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

class motor {
 public:
  int faster(int by) { return speed += by; }
  int speed = 0;
};
VICAR_PROXY(motor, faster, speed)

class vehicle {
 public:
  virtual ~vehicle() = default;
  virtual std::string describe() const = 0;
  int wheels = 0;
  const int doors = 2;
};
VICAR_PROXY(vehicle, describe, wheels, doors)

class car : public vehicle {
 public:
  explicit car(std::string colour) : colour_{std::move(colour)} { wheels = 4; }

  std::string describe() const override { return fmt::format("a {} car", colour_); }
  const std::string& colour() const { return colour_; }
  void paint(std::string colour) { colour_ = std::move(colour); }

  vicar::traversable<motor> engine;
  double pressures[4] = {2.2, 2.2, 2.4, 2.4};

 private:
  std::string colour_;
};
VICAR_PROXY(car, describe, VICAR_PROPERTY(colour, colour, paint), wheels, engine, pressures)

// A function says of which class the actor has to be, and takes proxies of derived classes as well. Inside, the derived
// class is forgotten: `any_vehicle->colour` is an error, a vehicle has no such member.
vicar::future<std::string> ask_for_description(const vicar::actor_proxy<vehicle>& any_vehicle) {
  return any_vehicle->describe();
}

// A function that works on a part need not know in what kind of actor the part lies.
int speed_up(const vicar::nested_proxy<motor>& any_motor) {
  const vicar::future<int> speed = any_motor->faster(5);
  return speed.get();
}

// A template can ask for a member instead of a class, and then takes actors and parts alike.
template <class Proxy>
concept can_go_faster = requires(const Proxy& proxy) {
  { proxy->faster(1) } -> std::same_as<vicar::future<int>>;
};
static_assert(can_go_faster<vicar::actor_proxy<motor>>);
static_assert(can_go_faster<vicar::nested_proxy<motor>>);
static_assert(!can_go_faster<vicar::actor_proxy<vehicle>>);

static_assert(std::convertible_to<vicar::actor_proxy<car>, vicar::actor_proxy<vehicle>>);
static_assert(!std::convertible_to<vicar::actor_proxy<vehicle>, vicar::actor_proxy<car>>);
static_assert(vicar::member_names<vehicle>() == std::array<std::string_view, 3>{"describe", "wheels", "doors"});

void methods(const vicar::actor_proxy<car>& proxy) {
  // A future of what the method returns, by value. A deferred call gives nothing.
  const vicar::future<std::string> text = proxy->describe();
  static_assert(std::same_as<decltype(proxy->describe()), vicar::future<std::string>>);
  static_assert(std::same_as<decltype(proxy.call(&car::colour)), vicar::future<std::string>>);
  static_assert(std::same_as<decltype(proxy->describe.defer()), void>);
  fmt::print("{}\n", text.get());

  // `std::string wrong = proxy->describe();` is an error: a future is no string. Add get().
  // `proxy->describe("loudly");` is one: "vicar: the method cannot be called with these arguments".
  // `proxy->descrbe();` is one: there is no member of that name.
}

void fields(const vicar::actor_proxy<car>& proxy) {
  // get() waits and gives the value; read() and a member pointer give a future of it, set() a future of nothing.
  const int wheels = proxy->wheels.get();
  const vicar::future<int> read = proxy->wheels;
  const vicar::future<void> written = proxy->wheels.set(3);
  const std::array<double, 4> pressures = proxy->pressures.get();
  static_assert(std::same_as<decltype(proxy->wheels.get()), int>);
  static_assert(std::same_as<decltype(proxy->wheels.read()), vicar::future<int>>);
  static_assert(std::same_as<decltype(proxy.get(&car::wheels)), vicar::future<int>>);
  static_assert(std::same_as<decltype(proxy.set(&car::wheels, 3)), vicar::future<void>>);
  static_assert(std::same_as<decltype(proxy->pressures.get()), std::array<double, 4>>);
  written.get();
  fmt::print("{} wheels, then {}, before that {}\n", wheels, proxy->wheels.get(), read.get());
  fmt::print("{} bar in front, {} behind\n", pressures[0], pressures[3]);

  // `int wrong = proxy->wheels;` is an error: "vicar: a proxy's member is not a value".
  // `auto wrong = proxy->wheels;` is one: "vicar: a member of a proxy cannot be copied, it lives in the proxy".
  // `proxy->wheels = "four";` is one: "vicar: this value cannot be assigned to the field".
  // `proxy->wheels += 1;` is one: "vicar: += on a field would be two messages with others in between".

  // A property has the type that its getter returns, by value.
  proxy->colour = "blue";
  const std::string colour = proxy->colour.get();
  static_assert(std::same_as<decltype(proxy->colour.get()), std::string>);
  fmt::print("painted {}\n", colour);
}

void parts(const vicar::actor_proxy<car>& proxy) {
  // A traversable member is a nested proxy of the part's class.
  const vicar::nested_proxy<motor> engine = proxy->engine;
  static_assert(std::same_as<decltype(proxy.at(&car::engine)), vicar::nested_proxy<motor>>);
  static_assert(std::same_as<decltype(engine->faster(1)), vicar::future<int>>);
  static_assert(std::same_as<decltype(engine->speed.get()), int>);
  fmt::print("at {}\n", speed_up(engine));
  fmt::print("at {}\n", speed_up(proxy->engine));

  // `proxy.at(&car::wheels);` is an error: "vicar: this member cannot be traversed".
}

void bases(const vicar::actor_proxy<car>& proxy) {
  const vicar::actor_proxy<vehicle> base = proxy;
  const std::vector<vicar::actor_proxy<vehicle>> garage{proxy, vicar::start<car>("green").proxy()};
  for (const vicar::actor_proxy<vehicle>& each : garage) fmt::print("{}\n", ask_for_description(each).get());
  fmt::print("{} doors, the same actor: {}\n", base->doors.get(), base == proxy);

  // `base->doors = 4;` is an error: "vicar: this field is const and cannot be written".
  // `vicar::actor_proxy<car> wrong = base;` is one: not every vehicle is a car.

  // What an actor is can be asked at run time, of a reference that does not say it.
  const vicar::any_actor_ref unknown = base.ref();
  const std::optional<vicar::actor_ref<car>> found = unknown.as<car>();
  const std::optional<vicar::actor_ref<motor>> none = unknown.as<motor>();
  fmt::print("a car: {}, a motor: {}\n", found.has_value(), none.has_value());
}

int main() {
  const vicar::actor_ref<car> ref = vicar::start<car>("red");
  const vicar::actor_proxy<car> proxy = ref.proxy();
  static_assert(std::same_as<decltype(vicar::start<car>("red")), vicar::actor_ref<car>>);
  static_assert(std::same_as<decltype(ref.proxy()), vicar::actor_proxy<car>>);
  static_assert(std::same_as<decltype(ref.stop()), vicar::future<bool>>);

  // `vicar::start<car>();` is an error: "vicar: T has no public constructor for these arguments".
  // `vicar::start<vehicle>();` is one: "vicar: start<T> cannot make an object of an abstract class".

  methods(proxy);
  fields(proxy);
  parts(proxy);
  bases(proxy);

  const std::vector<bool> stopped = vicar::registry::stop_all();
  fmt::print("{} stopped\n", stopped.size());
}
