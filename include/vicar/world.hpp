// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_WORLD_HPP
#define VICAR_WORLD_HPP

#include <vicar/detail/base/config.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <vicar/any_actor_ref.hpp>
#include <vicar/clock.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/member_name.hpp>
#include <vicar/detail/world/allocations.hpp>
#include <vicar/detail/world/stage.hpp>
#include <vicar/error.hpp>
#include <vicar/log.hpp>

namespace vicar {

/// How often a fault of a world happens.
struct fault_count {
  std::size_t times;  ///< at most
  bool possible;      ///< whether it happens is one of the choices of the world
};
/// At the next message.
inline constexpr fault_count once{1, false};
/// At most once, at a message that the world chooses, or never.
inline constexpr fault_count maybe{1, true};
/// At the next `count` messages.
constexpr fault_count times(std::size_t count) noexcept { return {count, false}; }

/// Actors and threads of which one runs at a time, in an order that `explore` decides, and with a clock of their own.
/// Every actor that is started on a thread of the world is part of it. `explore` makes a world for each run and passes
/// it to the test's function. `run` and `advance` are called on the thread of that function, the other members on any
/// thread of the world.
class world {
 public:
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  /// Runs all other threads until none can run without a timeout. Blocks. Throws `vicar::error` on any thread but the
  /// test's.
  void run() { stage_.settle(stage_.time(), true); }

  /// Lets `time` pass, with everything that happens in it: afterwards the clock shows exactly that much more. Blocks.
  /// Throws as `run`.
  template <class Rep, class Period>
  void advance(const std::chrono::duration<Rep, Period>& time) {
    // Distant times saturate; the last two numbers mean something else.
    const std::int64_t until = detail::time_limit{time}.until_nanoseconds();
    stage_.settle(until < detail::no_deadline - 2 ? until : detail::no_deadline - 2, false);
  }

  /// The world's time, as `vicar::clock::now()`.
  [[nodiscard]] clock::time_point now() const noexcept {
    return clock::time_point{std::chrono::nanoseconds{stage_.time()}};
  }

  /// The events so far, a line each: who sent, handled and waited for what, and when.
  [[nodiscard]] std::string trace() const { return stage_.trace_text(); }
  /// A number that is the same for runs with the same events.
  [[nodiscard]] std::uint64_t hash() const noexcept { return stage_.trace().hash(); }
  /// The choices so far, as after `VICAR_SCHEDULE=`.
  [[nodiscard]] std::string schedule() const { return stage_.made().deviations(false).text(); }

  /// A point where other threads may run, on any thread of the world. For tests that share a variable with their
  /// actors: the world has such points only where messages are sent and handled. Does nothing on other threads.
  void point() noexcept {
    if (detail::conductor_here == &stage_) stage_.pass(detail::conductor::point::snapshot);
  }

  /// A thread of the world. Its destructor joins it. A thread that is left when the explored function returns is joined
  /// then.
  class [[nodiscard]] thread {
   public:
    /// `other` joins nothing afterwards.
    thread(thread&& other) noexcept : world_{std::move(other.world_)}, id_{other.id_} {}
    thread& operator=(thread&&) = delete;
    thread(const thread&) = delete;
    thread& operator=(const thread&) = delete;
    ~thread() { join(); }

    /// Blocks until the function has returned. A second call does nothing.
    void join() noexcept {
      if (const auto here = std::exchange(world_, nullptr); here && *here) (*here)->join(id_);
    }

   private:
    friend class world;
    thread(std::shared_ptr<detail::world_stage*> here, detail::runner_id id) noexcept
        : world_{std::move(here)}, id_{id} {}

    std::shared_ptr<detail::world_stage*> world_;  // points to null when that is gone
    detail::runner_id id_;
  };

  /// Starts a thread of the world that calls `function()`, instead of a `std::thread`, which the world would not know.
  /// `name` is for the trace. If `function` throws, the run has failed. Throws `vicar::error` on a thread that is not
  /// in the world, and `std::system_error` if the system cannot create a thread.
  template <std::invocable Function>
  thread spawn(std::string name, Function function) {
    const auto held = std::make_shared<Function>(std::move(function));  // a std::function copies
    const detail::runner_id id = stage_.spawn(std::move(name), [held, &stage = stage_] {
      try {
        (*held)();
      } catch (const world_ended&) {  // the report of the run says why
      } catch (...) {
        stage.spawned_threw(exception_text(std::current_exception()));
      }
    });
    return {here_, id};
  }

  /// The next messages to `Member` throw `exception` instead of running it.
  ///@{
  template <auto Member>
  void fail(std::exception_ptr exception, fault_count count = once) {
    add_fault<Member>(std::move(exception), 0, count);
  }
  template <auto Member, std::derived_from<std::exception> Exception>
  void fail(Exception exception, fault_count count = once) {
    fail<Member>(std::make_exception_ptr(std::move(exception)), count);
  }
  ///@}

  /// The next messages to `Member` arrive `time` later, as on a network; later messages may overtake them.
  template <auto Member, class Rep, class Period>
  void delay(const std::chrono::duration<Rep, Period>& time, fault_count count = once) {
    add_fault<Member>(nullptr, std::chrono::nanoseconds{time}.count(), count);
  }

  /// The actor fails before its next message, as if a message had thrown; the messages in its mailbox are lost. Does
  /// nothing if it has ended. Other threads may run meanwhile. Throws `vicar::error` if the actor is not in this world.
  void kill(const any_actor_ref& actor) { stage_.kill(*detail::ref_access::handle(actor)); }

  /// Makes the `count`-th allocation of the world's threads from now on throw `std::bad_alloc`; 0 makes none fail.
  /// Returns how many allocations were left up to the one that was to fail, including that; 0 if none was. Throws
  /// `vicar::error` if the program does not have VICAR_WORLD_ALLOCATIONS.
  std::size_t fail_allocation(std::size_t count) {
    if (count == 0 || detail::allocations_replaced) return stage_.fail_allocation(count);
    throw error{
        "vicar: no allocation can fail in this program; write VICAR_WORLD_ALLOCATIONS(); in one of its source files, at "
        "global scope"};
  }

 private:
  friend class explorer;
  explicit world(detail::world_stage& stage) : stage_{stage}, here_{std::make_shared<detail::world_stage*>(&stage)} {}
  ~world() { *here_ = nullptr; }

  template <auto Member>
  void add_fault(std::exception_ptr exception, std::int64_t delay, fault_count count) {
    using owner = typename detail::member_traits<decltype(Member)>::class_type;
    stage_.add_fault({&detail::type_tag<owner>, detail::member_name<Member>, std::move(exception), delay, count.times,
                      count.possible});
  }

  detail::world_stage& stage_;
  const std::shared_ptr<detail::world_stage*> here_;
};

}  // namespace vicar

#endif
