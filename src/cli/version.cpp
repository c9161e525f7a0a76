// luge version
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"

namespace luge::cli {
namespace {

int version(const Arguments& arguments) {
  if (arguments.json()) {
    print_json(nlohmann::json{{"version", LUGE_VERSION}});
  } else {
    fmt::print("luge {}\n", LUGE_VERSION);
  }
  return 0;
}

const Registration registration_version({"version", "the version of luge", {"version"}, {}, 0, version});

}  // namespace
}  // namespace luge::cli
