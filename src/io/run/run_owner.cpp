#include "io/run/run_owner.h"

#include <fstream>
#include <string>

#include "io/files/process.h"

namespace luge::io {

Writer writer_of(const std::filesystem::path& run) {
  std::ifstream file(run / "lock");
  ProcessIdentity owner;
  std::string key, equals;
  while (file >> key >> equals) {
    if (key == "pid") {
      file >> owner.pid;
    } else if (key == "started") {
      file >> owner.started;
    } else if (key == "host") {
      file >> owner.host;
    }
  }
  if (owner.pid <= 0 || owner.host.empty()) return Writer::none;
  return may_be_running(owner) ? Writer::alive : Writer::dead;
}

}  // namespace luge::io
