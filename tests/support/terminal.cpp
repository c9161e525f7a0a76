#include "support/terminal.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace luge::testing {

std::string on_terminal(const std::vector<std::string>& words, const std::filesystem::path& folder,
                        unsigned short columns, const std::string& answers) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = columns;
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    if (::chdir(folder.c_str()) == 0) ::execv(arguments[0], arguments.data());
    ::_exit(99);
  }
  if (!answers.empty()) {
    EXPECT_EQ(::write(terminal, answers.data(), answers.size()), std::ssize(answers));
  }
  std::string text;
  char part[4096];
  for (ssize_t count; (count = ::read(terminal, part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(count));
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << text;
  return text;
}

}  // namespace luge::testing
