#include "support/running_command.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge::testing {
namespace {

// Whether a handler of the process's own waits for Ctrl-C, as the kernel tells.
bool catches_interrupts(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigCgt:"))
      return (std::stoull(line.substr(7), nullptr, 16) >> (SIGINT - 1) & 1) != 0;
  }
  return false;
}

void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }

}  // namespace

RunningCommand::RunningCommand(const std::vector<std::string>& words, const std::filesystem::path& folder)
    : folder_(folder), child_(::fork()) {
  if (child_ < 0) throw std::runtime_error("cannot fork");
  if (child_ == 0) {
    if (::chdir(folder.c_str()) != 0 || !std::freopen("/dev/null", "r", stdin) ||
        !std::freopen("out", "w", stdout) || !std::freopen("err", "w", stderr))
      ::_exit(126);
    const std::string program = command().string();
    std::vector<char*> arguments = {const_cast<char*>(program.c_str())};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  }
  while (running() && !catches_interrupts(child_)) pause();
}

RunningCommand::~RunningCommand() {
  if (!running()) return;
  send(SIGKILL);
  ::waitpid(child_, &status_, 0);
}

void RunningCommand::send(int signal) const { ::kill(child_, signal); }

bool RunningCommand::running() {
  if (!ended_) ended_ = ::waitpid(child_, &status_, WNOHANG) == child_;
  return !ended_;
}

CommandResult RunningCommand::wait(int seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (running()) {
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "it was still running after " << seconds << " s";
      send(SIGKILL);
      ::waitpid(child_, &status_, 0);
      ended_ = true;
    }
    pause();
  }
  return {WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_), read_file(folder_ / "out"),
          read_file(folder_ / "err")};
}

}  // namespace luge::testing
