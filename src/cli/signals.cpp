#include "cli/signals.h"

#include <atomic>

#include <signal.h>
#include <unistd.h>

namespace cutset::cli {

namespace {

std::atomic<bool> requested{false};
void (*request_stop)() = nullptr;

void handle(int /*signal*/) {
  if (requested.exchange(true)) ::_exit(3);
  if (request_stop != nullptr) request_stop();
}

}  // namespace

void on_stop(void (*request)()) {
  request_stop = request;
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    ::sigaction(signal, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

bool stop_was_requested() {
  return requested;
}

}  // namespace cutset::cli
