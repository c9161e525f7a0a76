#include "fuzz/trial.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "backend/cpu/hold.h"

namespace luge::fuzz {

ProcessEnd in_child(const std::function<void(const std::function<void(const std::string&)>&)>& child,
                    const std::function<void(const std::string&)>& line, int seconds) {
  int ends[2];
  if (::pipe(ends) != 0) return {{}, "crashed: no pipe"};
  const pid_t process = ::fork();
  if (process == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends[0]);
    child([&](const std::string& text) {
      for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(ends[1], text.data() + at, text.size() - at);
        if (written <= 0) ::_exit(1);
        at += static_cast<std::size_t>(written);
      }
    });
    ::_exit(0);
  }
  ::close(ends[1]);
  ProcessEnd end;
  std::string open;
  for (;;) {
    pollfd waiting{ends[0], POLLIN, 0};
    if (::poll(&waiting, 1, seconds * 1000) == 0) {
      end.failure = fmt::format("hung: nothing for {} seconds", seconds);
      ::kill(process, SIGKILL);
      break;
    }
    char block[4096];
    const ssize_t count = ::read(ends[0], block, sizeof block);
    if (count <= 0) break;
    end.written.append(block, static_cast<std::size_t>(count));
    open.append(block, static_cast<std::size_t>(count));
    for (std::size_t stop; (stop = open.find('\n')) != std::string::npos; open.erase(0, stop + 1))
      if (line) line(open.substr(0, stop));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(process, &status, 0);
  if (end.failure.empty() && WIFSIGNALED(status))
    end.failure = fmt::format("crashed: signal {}", WTERMSIG(status));
  else if (end.failure.empty() && WEXITSTATUS(status) != 0)
    end.failure = fmt::format("crashed: exit status {}", WEXITSTATUS(status));
  return end;
}

Failure try_case(const Case& c, const Expected& expected, const std::string& set) {
  for (const Mode& mode : c.modes) {
    const ProcessEnd end = in_child(
        [&](const auto& write) {
          cpu::hold_to(set);
          write(difference(c, mode, run(c, mode), expected));
        },
        nullptr, 60);
    const std::string what = end.failure.empty() ? end.written : end.failure;
    if (!what.empty()) return {mode, what};
  }
  return {};
}

}  // namespace luge::fuzz
