// expect-error: vicar: a log sink is a copyable callable
#include <vicar/log.hpp>
void use() {
#ifdef CONTROL
  vicar::set_log_sink([](const vicar::log_record&) {});
#else
  vicar::set_log_sink([](const char*) {});
#endif
}
