// expect-error: vicar: a dead letter handler is a copyable callable
#include <vicar/dead_letter.hpp>
void use() {
#ifdef CONTROL
  vicar::set_dead_letter_handler([](const vicar::dead_letter&) {});
#else
  vicar::set_dead_letter_handler([](const char*) {});
#endif
}
