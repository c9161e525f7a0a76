// luge version
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace luge::cli {
namespace {

int version(const Arguments& arguments) {
  if (arguments.json()) {
    fmt::print("{}\n", nlohmann::json{{"version", LUGE_VERSION}}.dump());
  } else {
    fmt::print("luge {}\n", LUGE_VERSION);
  }
  return 0;
}

const Registration registration({"version", "the version of luge", {"version"}, {}, 0, version});

}  // namespace
}  // namespace luge::cli
