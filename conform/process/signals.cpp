#include "process/signals.hpp"

#include <atomic>
#include <csignal>

namespace conform {
namespace {

std::atomic<int> caught_signal{0};

}  // namespace

void stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int number) { caught_signal = number; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second one ends us at once
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction former = {};
    ::sigaction(number, nullptr, &former);
    if (former.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);  // nohup stays nohup
  }
}

int stopping_signal() { return caught_signal; }

}  // namespace conform
