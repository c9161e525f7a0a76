#include "io/run/run_owner.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "io/run/run_files.h"

namespace luge::io {

std::string owner_text(const ProcessIdentity& owner) {
  return fmt::format("pid = {}\nstarted = {}\nhost = {}\n", owner.pid, owner.started, owner.host);
}

std::optional<ProcessIdentity> owner_in(const std::string& text) {
  std::istringstream words(text);
  ProcessIdentity owner;
  std::string key, equals;
  while (words >> key >> equals) {
    if (key == "pid") {
      words >> owner.pid;
    } else if (key == "started") {
      words >> owner.started;
    } else if (key == "host") {
      words >> owner.host;
    }
  }
  if (owner.pid <= 0 || owner.host.empty()) return std::nullopt;
  return owner;
}

Writer writer_in(const std::string& text) {
  const std::optional<ProcessIdentity> owner = owner_in(text);
  if (!owner) return Writer::none;
  return may_be_running(*owner) ? Writer::alive : Writer::dead;
}

Writer writer_of(const std::filesystem::path& run) {
  std::ifstream file(run / kLockFile);
  return writer_in(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace luge::io
