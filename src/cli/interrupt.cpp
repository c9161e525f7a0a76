#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace luge::cli {
namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

void say_and_exit(int number) {
  // Only what a signal handler may call.
  for (const std::string_view part :
       {std::string_view("\nluge: "), signal_text(number), std::string_view("\n")})
    (void)!::write(STDERR_FILENO, part.data(), part.size());
  ::_exit(128 + number);
}

extern "C" void luge_on_signal(int number) {
  int none = 0;
  if (!received.compare_exchange_strong(none, number)) say_and_exit(number);
}

extern "C" void luge_at_signal(int number) { say_and_exit(number); }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

void handle_all(void (*handler)(int)) {
  handle(SIGINT, handler);
  handle(SIGTERM, handler);
}

}  // namespace

void end_at_signals() {
  handle(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the write
  handle_all(luge_at_signal);
}
void watch_signals() { handle_all(luge_on_signal); }
void outlive_terminal() {
  handle(SIGHUP, SIG_IGN);
  handle(SIGPIPE, SIG_IGN);
}

int signal_received() { return received; }

void stop_if_asked() {
  if (const int signal = signal_received()) throw Stopped{signal};
}

std::string_view signal_text(int signal) {
  return signal == SIGINT ? "interrupted (Ctrl-C)" : "stopped by SIGTERM";
}

}  // namespace luge::cli
