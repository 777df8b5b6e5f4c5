// expect-error: vicar: a log sink is a copyable callable
#include <memory>
#include <utility>
#include <vicar/log.hpp>
void use(std::unique_ptr<int> counter) {
#ifdef CONTROL
  vicar::set_log_sink([counter = std::shared_ptr<int>{std::move(counter)}](const vicar::log_record&) { ++*counter; });
#else
  vicar::set_log_sink([counter = std::move(counter)](const vicar::log_record&) { ++*counter; });
#endif
}
