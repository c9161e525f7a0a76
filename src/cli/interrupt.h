// SIGINT and SIGTERM: the first asks for an orderly end, the second ends the process at once.
#pragma once

#include <string_view>

namespace luge::cli {

/// Thrown when a command ended early because of a signal and everything worth keeping is saved.
struct Stopped {
  int signal;
  bool told = false;  // the command has said so itself
};

/// From now on SIGINT or SIGTERM says so on stderr and exits with 128 + its number; SIGHUP and SIGPIPE are
/// ignored (a write to a closed pipe fails with an error instead).
void end_at_signals();
/// From now on the first SIGINT or SIGTERM only sets a flag, for the command to look at; the second exits
/// with 128 + its number.
void watch_signals();
/// The signal that came, or 0.
int signal_received();
/// Throws Stopped after a signal.
void stop_if_asked();
/// "interrupted (Ctrl-C)"
std::string_view signal_text(int signal);

}  // namespace luge::cli
