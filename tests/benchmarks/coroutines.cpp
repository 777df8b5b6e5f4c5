// SPDX-License-Identifier: BSL-1.0
// What coroutines cost: their time against that of calls that block, of Asio's coroutines, and of tasks written by
// hand, and the memory of suspended calls. docs/performance.md says more.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#if defined(VICAR_BENCHMARKS_BOOST_ASIO)
#include <boost/asio.hpp>
#elif defined(VICAR_BENCHMARKS_ASIO)
#include <asio.hpp>
#endif
// Asio has coroutines with some compilers only.
#if defined(ASIO_HAS_CO_AWAIT) || defined(BOOST_ASIO_HAS_CO_AWAIT)
#define VICAR_BENCHMARKS_AWAITABLE
#endif

#include <fmt/core.h>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

#include "check.hpp"
#include "command_line.hpp"
#include "drivers.hpp"
#include "placement.hpp"
#include "report.hpp"
#include "statistics.hpp"
#include "suite.hpp"

namespace {

/// The blocks that were allocated while it watched, and not freed. It watches only where memory is measured.
class heap_watch {
 public:
  static void begin() {
    const std::lock_guard lock{mutex};
    count = 0;
    watches = true;
  }
  /// The number of blocks for each size that was asked for; adds up what they can hold in `usable`.
  static std::map<std::size_t, std::size_t> end(std::size_t& usable) {
    {
      const std::lock_guard lock{mutex};
      watches = false;
    }
    std::map<std::size_t, std::size_t> sizes;
    for (std::size_t index = 0; index < count; ++index) {
      ++sizes[held[index].asked];
      usable += malloc_usable_size(held[index].memory);
    }
    return sizes;
  }

  static void* allocate(std::size_t size) {
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (!memory) throw std::bad_alloc{};
    if (watches.load(std::memory_order_relaxed)) add(memory, size);  // relaxed: what is measured is in order
    return memory;
  }
  static void free(void* memory) noexcept {
    if (watches.load(std::memory_order_relaxed)) remove(memory);  // as above
    std::free(memory);
  }

 private:
  struct block {
    void* memory;
    std::size_t asked;
  };

  [[gnu::noinline]] static void add(void* memory, std::size_t size) {
    const std::lock_guard lock{mutex};
    if (count == std::size(held)) std::abort();
    held[count++] = {memory, size};
  }
  [[gnu::noinline]] static void remove(void* memory) noexcept {
    const std::lock_guard lock{mutex};
    for (std::size_t index = count; index-- > 0;) {
      if (held[index].memory != memory) continue;
      held[index] = held[--count];
      return;
    }
  }

  static inline std::mutex mutex;
  static inline std::atomic<bool> watches{false};
  static inline block held[1U << 16U];
  static inline std::size_t count = 0;
};

}  // namespace

void* operator new(std::size_t size) { return heap_watch::allocate(size); }
void operator delete(void* memory) noexcept { heap_watch::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { heap_watch::free(memory); }

namespace benchmarks {

/// A lazy task as one writes it without a library: the coroutine that awaits it is resumed by symmetric transfer.
class task_by_hand {
 public:
  class promise_type {
   public:
    task_by_hand get_return_object() noexcept {
      return task_by_hand{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    static std::suspend_always initial_suspend() noexcept { return {}; }
    struct final_step {
      static bool await_ready() noexcept { return false; }
      static std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        return ended.promise().outer;
      }
      static void await_resume() noexcept {}
    };
    static final_step final_suspend() noexcept { return {}; }
    void return_value(int given) noexcept { value_ = given; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }
    int take() {
      if (error_) std::rethrow_exception(error_);
      return value_;
    }
    std::coroutine_handle<> outer = std::noop_coroutine();

   private:
    int value_ = 0;
    std::exception_ptr error_;
  };

  task_by_hand(task_by_hand&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
  ~task_by_hand() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return frame_.done(); }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> outer) noexcept {
    frame_.promise().outer = outer;
    return frame_;
  }
  int await_resume() { return frame_.promise().take(); }

  int run() {
    frame_.resume();
    return frame_.promise().take();
  }

 private:
  explicit task_by_hand(std::coroutine_handle<promise_type> frame) noexcept : frame_{frame} {}

  std::coroutine_handle<promise_type> frame_;
};

class answerer {
 public:
  int add_one(int value) { return value + 1; }
  vicar::task<int> add_one_as_task(int value) { co_return value + 1; }
};

}  // namespace benchmarks

VICAR_PROXY(benchmarks::answerer, add_one, add_one_as_task)

namespace benchmarks {

/// Each member counts to `count` with the answers of another actor, or of another coroutine.
class asker {
 public:
  explicit asker(vicar::actor_proxy<answerer> target) : target_{std::move(target)} {}

  int get(int count) {
    int value = 0;
    while (value < count) value = target_->add_one(value).get();
    return value;
  }
  vicar::task<int> await(int count) {
    int value = 0;
    while (value < count) value = co_await target_->add_one(value);
    co_return value;
  }
  vicar::task<int> exclusively(int count) {
    int value = 0;
    while (value < count) value = co_await vicar::exclusively(target_->add_one(value));
    co_return value;
  }

  vicar::task<int> local(int count) {
    int value = 0;
    while (value < count) value = co_await add_one(value);
    co_return value;
  }
  /// In pieces: where a compiler makes no tail call of a symmetric transfer, each await takes some stack.
  int local_by_hand(int count) {
    constexpr int piece = 1000;
    int value = 0;
    while (value < count) value = loop_by_hand(value, std::min(value + piece, count)).run();
    return value;
  }

  vicar::task<int> hold(vicar::future<int> awaited) { co_return co_await awaited; }
  vicar::task<int> hold_text(const std::string& text, vicar::future<int> awaited) {
    const int value = co_await awaited;
    co_return value + static_cast<int>(text.size());
  }
  vicar::task<int> hold_inside(vicar::future<int> awaited) { co_return co_await inner(awaited); }
  void nothing() {}

 private:
  static vicar::task<int> add_one(int value) { co_return value + 1; }
  static vicar::task<int> inner(vicar::future<int>& awaited) { co_return co_await awaited; }
  static task_by_hand add_one_by_hand(int value) { co_return value + 1; }
  static task_by_hand loop_by_hand(int value, int count) {
    while (value < count) value = co_await add_one_by_hand(value);
    co_return value;
  }

  vicar::actor_proxy<answerer> target_;
};

}  // namespace benchmarks

VICAR_PROXY(benchmarks::asker, get, await, exclusively, local, local_by_hand, hold, hold_text, hold_inside, nothing)

namespace benchmarks {

namespace {

constexpr int at_once = 200;
constexpr int kept = 20'000;

void place_actor(const auto& proxy, const core_set& allowed) {
  proxy.call([](auto&, const core_set& cores) { confine_this_thread(cores); }, allowed).get();
}

/// An actor that asks, and one that answers.
class two_actors {
 public:
  explicit two_actors(placement where) : caller_{where} { place(cores_of_actor(where)); }
  ~two_actors() {
    place(all_cores());
    asks.stop().wait();
    answers.stop().wait();
  }
  two_actors(const two_actors&) = delete;
  two_actors& operator=(const two_actors&) = delete;

  const vicar::actor_proxy<answerer> answers = vicar::start<answerer>().proxy();
  const vicar::actor_proxy<asker> asks = vicar::start<asker>(answers).proxy();

 private:
  void place(const core_set& allowed) const {
    place_actor(answers, allowed);
    place_actor(asks, allowed);
  }
  placed_caller caller_;
};

/// The time of one, where `ask(count)` does `count` of them, on the threads of something that exists already.
template <class Ask>
double time_of_each(long count, Ask ask) {
  const long warm = count / 10 + 1;
  require_equal(ask(static_cast<int>(warm)), warm, "the last answer");
  const stopwatch watch;
  const long last = ask(static_cast<int>(count));
  const double took = watch.nanoseconds();
  require_equal(last, count, "the last answer");
  return took / static_cast<double>(count);
}

/// `ask(count)` gives a future of what counts to `count`; counts with many at once.
template <class Ask>
long count_at_once(int count, Ask ask) {
  const int each = (count + at_once - 1) / at_once;
  std::vector<decltype(ask(each))> answers;
  answers.reserve(at_once);
  for (int number = 0; number < at_once; ++number) answers.push_back(ask(each));
  for (auto& answer : answers) require_equal(answer.get(), each, "the last answer of one of many coroutines");
  return count;
}

template <class Ask>
double time_of_call(const setting& how, Ask ask) {
  const two_actors actors{how.where};
  return time_of_each(how.count(20'000), [&](int count) {
    int value = 0;
    while (value < count) value = ask(actors.answers, value).get();
    return value;
  });
}

/// Many calls, whose futures are kept, and then read; the whole several times, since once is over soon.
template <class Ask>
double time_of_call_kept(const setting& how, Ask ask) {
  const two_actors actors{how.where};
  std::vector<vicar::future<int>> answers;
  answers.reserve(kept);
  const long times = how.count(20);
  stopwatch watch;
  for (long time = 0; time <= times; ++time) {
    if (time == 1) watch = {};
    long sum = 0;
    for (int value = 0; value < kept; ++value) answers.push_back(ask(actors.answers, value));
    for (auto& answer : answers) sum += answer.get();
    require_equal(sum, sum_of_answers(kept), "sum of the answers kept");
    answers.clear();
  }
  return watch.nanoseconds() / static_cast<double>(times * kept);
}

constexpr const auto call = [](const vicar::actor_proxy<answerer>& target, int value) {
  return target->add_one(value);
};
constexpr const auto call_of_task = [](const vicar::actor_proxy<answerer>& target, int value) {
  return target->add_one_as_task(value);
};

#if defined(VICAR_BENCHMARKS_AWAITABLE)

#if defined(VICAR_BENCHMARKS_BOOST_ASIO)
namespace asio = boost::asio;
#endif

/// An io_context with a thread of its own.
class io_thread {
 public:
  io_thread() = default;
  ~io_thread() {
    guard_.reset();
    thread_.join();
  }
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;

  void place(const core_set& allowed) {
    asio::post(context, asio::use_future([allowed] { confine_this_thread(allowed); })).get();
  }

  asio::io_context context{1};  // 1: only one thread runs it

 private:
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context.get_executor()};
  std::thread thread_{[this] { context.run(); }};
};

/// As `two_actors`, `asker` and `answerer`.
class two_io_threads {
 public:
  explicit two_io_threads(placement where) : caller_{where} {
    answers_.place(cores_of_actor(where));
    asks_.place(cores_of_actor(where));
  }
  two_io_threads(const two_io_threads&) = delete;
  two_io_threads& operator=(const two_io_threads&) = delete;

  std::future<int> await(int count) { return asio::co_spawn(asks_.context, count_there(count), asio::use_future); }
  std::future<int> local(int count) { return asio::co_spawn(asks_.context, count_here(count), asio::use_future); }

 private:
  static asio::awaitable<int> add_one(int value) { co_return value + 1; }
  asio::awaitable<int> count_there(int count) {
    int value = 0;
    while (value < count) value = co_await asio::co_spawn(answers_.context, add_one(value), asio::use_awaitable);
    co_return value;
  }
  static asio::awaitable<int> count_here(int count) {
    int value = 0;
    while (value < count) value = co_await add_one(value);
    co_return value;
  }

  placed_caller caller_;
  io_thread answers_;
  io_thread asks_;
};

#endif

struct subject {
  std::string name;
  double (*time)(const setting& how);
  double aim = 0;       ///< the highest ratio to the first subject; 0 if there is none
  double aim_time = 0;  ///< in nanoseconds
};

struct comparison {
  std::string title;
  std::string unit;
  std::vector<subject> subjects;
};

std::vector<comparison> all_comparisons() {
  constexpr int round_trips = 20'000;
  constexpr int round_trips_at_once = 200'000;
  constexpr int local_awaits = 1'000'000;

  comparison between{"round trips between two actors", "round trip", {}};
  between.subjects = {
      {"get()",
       [](const setting& how) {
         const two_actors actors{how.where};
         return time_of_each(how.count(round_trips), [&](int count) { return actors.asks->get(count).get(); });
       }},
      {"co_await",
       [](const setting& how) {
         const two_actors actors{how.where};
         return time_of_each(how.count(round_trips), [&](int count) { return actors.asks->await(count).get(); });
       },
       1.05},
      {"co_await exclusively()",
       [](const setting& how) {
         const two_actors actors{how.where};
         return time_of_each(how.count(round_trips), [&](int count) { return actors.asks->exclusively(count).get(); });
       },
       1.05},
      {"co_await, 200 coroutines at once",
       [](const setting& how) {
         const two_actors actors{how.where};
         return time_of_each(how.count(round_trips_at_once), [&](int count) {
           return count_at_once(count, [&](int each) { return actors.asks->await(each); });
         });
       },
       0.05},
  };
  comparison local{"co_await of another coroutine of the same thread, without a message", "await", {}};
  local.subjects = {
      {"symmetric transfer by hand",
       [](const setting& how) {
         const two_actors actors{how.where};
         return time_of_each(how.count(local_awaits),
                             [&](int count) { return actors.asks->local_by_hand(count).get(); });
       }},
      {"vicar::task",
       [](const setting& how) {
         const two_actors actors{how.where};
         return time_of_each(how.count(local_awaits), [&](int count) { return actors.asks->local(count).get(); });
       },
       0, 25},
  };
#if defined(VICAR_BENCHMARKS_AWAITABLE)
  between.subjects.push_back({"asio::awaitable", [](const setting& how) {
                                two_io_threads threads{how.where};
                                return time_of_each(how.count(round_trips),
                                                    [&](int count) { return threads.await(count).get(); });
                              }});
  between.subjects.push_back({"asio::awaitable, 200 at once", [](const setting& how) {
                                two_io_threads threads{how.where};
                                return time_of_each(how.count(round_trips), [&](int count) {
                                  return count_at_once(count, [&](int each) { return threads.await(each); });
                                });
                              }});
  local.subjects.push_back({"asio::awaitable", [](const setting& how) {
                              two_io_threads threads{how.where};
                              return time_of_each(how.count(local_awaits),
                                                  [&](int count) { return threads.local(count).get(); });
                            }});
#endif
  comparison round_trip{"a call, answered at once", "call", {}};
  round_trip.subjects = {
      {"plain member", [](const setting& how) { return time_of_call(how, call); }},
      {"task that does not suspend", [](const setting& how) { return time_of_call(how, call_of_task); }, 1.1},
  };
  comparison many{"20,000 calls, whose futures are kept, then read", "call", {}};
  many.subjects = {
      {"plain member", [](const setting& how) { return time_of_call_kept(how, call); }},
      {"task that does not suspend", [](const setting& how) { return time_of_call_kept(how, call_of_task); }, 1.5},
  };
  return {between, local, round_trip, many};
}

struct arguments {
  std::string only;
  int rounds = 7;
  bool quick = false;
  bool help = false;
};

void compare(const comparison& which, placement where, const arguments& chosen) {
  std::vector<std::vector<double>> times(which.subjects.size());
  for (int round = 0; round <= chosen.rounds; ++round) {
    for (std::size_t index = 0; index < which.subjects.size(); ++index) {
      setting how;
      how.where = where;
      how.quick = chosen.quick;
      const double time = which.subjects[index].time(how);
      if (round > 0) times[index].push_back(time);
    }
  }
  fmt::print("\n{}, {} (time for one {})\n", which.title, name_of(where), which.unit);
  fmt::print("  {:<34}{:>10}{:>10}{:>10}{:>12}{:>22}{:>11}\n", "", "median", "minimum", "maximum", "ratio",
             "its spread", "aim");
  for (std::size_t index = 0; index < which.subjects.size(); ++index) {
    const subject& each = which.subjects[index];
    const spread found = spread_of(times[index]);
    fmt::print("  {:<34}{:>10}{:>10}{:>10}", each.name, time_text(found.median), time_text(found.minimum),
               time_text(found.maximum));
    if (index > 0) {
      std::vector<double> ratios;
      for (std::size_t round = 0; round < times[index].size(); ++round)
        ratios.push_back(times[index][round] / times.front()[round]);
      const spread ratio = spread_of(ratios);
      fmt::print("{:>12}{:>23}", ratio_text(ratio.median),
                 fmt::format("{} to {}", ratio_text(ratio.minimum), ratio_text(ratio.maximum)));
      if (each.aim > 0) fmt::print("{:>12}", "<= " + ratio_text(each.aim));
      if (each.aim_time > 0) fmt::print("{:>11}", "<= " + time_text(each.aim_time));
    }
    fmt::print("\n");
  }
}

void show_memory(std::string_view name, int calls, double aim) {
  std::size_t usable = 0;
  const std::map<std::size_t, std::size_t> sizes = heap_watch::end(usable);
  const auto number = static_cast<double>(calls);
  std::string each_has;
  std::size_t asked = 0;
  std::size_t others = 0;
  for (const auto& [size, count] : sizes) {
    asked += size * count;
    const std::size_t for_each = (count + static_cast<std::size_t>(calls) / 10) / static_cast<std::size_t>(calls);
    if (for_each == 0) {
      others += size * count;
      continue;
    }
    if (!each_has.empty()) each_has += " + ";
    if (for_each > 1) each_has += fmt::format("{} × ", for_each);
    each_has += fmt::format("{}", size);
  }
  fmt::print("  {:<34}{:>8.0f}{:>10.0f}{:>10}   {}, and {:.0f}\n", name, static_cast<double>(asked) / number,
             static_cast<double>(usable) / number, aim > 0 ? fmt::format("<= {:.0f}", aim) : "", each_has,
             static_cast<double>(others) / number);
}

/// On new threads: what a thread keeps for its next calls would not be asked from the heap again.
template <class Ask>
void measure_held(std::string_view name, int calls, double aim, int expected, Ask ask) {
  const vicar::actor_proxy<asker> actor =
      vicar::start<asker>(vicar::options{.thread = vicar::own_thread}, vicar::start<answerer>().proxy()).proxy();
  std::thread{[&] {
    vicar::promise<int> promise;
    const vicar::future<int> awaited = promise.get_future();
    std::vector<vicar::future<int>> answers;
    answers.reserve(static_cast<std::size_t>(calls));
    actor->nothing().get();
    heap_watch::begin();
    for (int number = 0; number < calls; ++number) answers.push_back(ask(actor, awaited));
    actor->nothing().get();
    actor->nothing().get();  // by then, the mailbox has freed what it does not need
    show_memory(name, calls, aim);
    promise.set_value(1);
    for (const auto& answer : answers) require_equal(answer.get(), expected, "the answer of a suspended call");
  }}.join();
  actor.stop().wait();
}

void measure_memory(const arguments& chosen) {
  constexpr int usual = 1000;
  const int calls = chosen.quick ? usual / 10 : usual;
  fmt::print("\n{} calls suspended in one actor, bytes of each\n", calls);
  fmt::print("  {:<34}{:>8}{:>10}{:>10}   {}\n", "", "asked", "usable", "aim",
             "blocks of each, and its share of others");
  measure_held("one await", calls, 500, 1,
               [](const auto& proxy, const vicar::future<int>& awaited) { return proxy->hold(awaited); });
  measure_held("one await, and a text of 10", calls, 0, 11, [](const auto& proxy, const vicar::future<int>& awaited) {
    return proxy->hold_text("0123456789", awaited);
  });
  measure_held("an inner task that awaits", calls, 0, 1,
               [](const auto& proxy, const vicar::future<int>& awaited) { return proxy->hold_inside(awaited); });
}

constexpr const char* usage =
    R"(usage: coroutines [option]...
Measures what coroutines cost.

  --only TEXT  only comparisons that have this in their title; `memory` is one, too
  --rounds N   counted rounds (7), after one to warm up; N is 1 to 1000
  --quick      few repetitions: shows that everything runs, not how fast
  --help       shows this
)";

arguments parse(const std::vector<std::string>& given) {
  arguments parsed;
  for_each_option(given, [&](const std::string& option, const auto& value) {
    if (option == "--only") {
      parsed.only = value();
    } else if (option == "--rounds") {
      parsed.rounds = parse_rounds(value());
    } else if (option == "--quick") {
      parsed.quick = true;
    } else if (option == "--help") {
      parsed.help = true;
    } else {
      throw wrong_argument{fmt::format("there is no option `{}`", option)};
    }
  });
  return parsed;
}

void run(const arguments& chosen) {
  const core_set cores = all_cores();
  std::string load;
  std::ifstream{"/proc/loadavg"} >> load;
  fmt::print("{} cores, load {} at the beginning; {} counted {} after one to warm up{}\n", CPU_COUNT(&cores.mask), load,
             chosen.rounds, chosen.rounds == 1 ? "round" : "rounds", chosen.quick ? ", quick: few repetitions" : "");
#if !defined(__OPTIMIZE__)
  fmt::print("built without optimisation: the figures mean nothing\n");
#endif
#if !defined(VICAR_BENCHMARKS_ASIO)
  fmt::print("skipped: Asio: it was not found (libasio-dev)\n");
#elif !defined(VICAR_BENCHMARKS_AWAITABLE)
  fmt::print("skipped: Asio: it has no coroutines with this compiler\n");
#endif
  const auto is_wanted = [&](std::string_view title) { return title.find(chosen.only) != std::string_view::npos; };
  bool any = is_wanted("memory");
  if (any) measure_memory(chosen);
  for (const comparison& each : all_comparisons()) {
    if (!is_wanted(each.title)) continue;
    any = true;
    for (const placement where : {placement::free, placement::one_core}) compare(each, where, chosen);
  }
  if (!any) throw wrong_argument{fmt::format("no comparison has `{}` in its title", chosen.only)};
}

}  // namespace

}  // namespace benchmarks

int main(int count, char** values) {
  using namespace benchmarks;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // also into a file
  return run_program("coroutines", usage, count, values, parse, run);
}
