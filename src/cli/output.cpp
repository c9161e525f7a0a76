#include "cli/output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>

#include "io/text/json_text.h"
#include "luge/error.h"

namespace luge::cli {

void print_json(const nlohmann::ordered_json& json) { fmt::print("{}\n", io::json_text(json)); }

void check_output() {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && !std::ferror(stdout)) return;
  const int reason = errno != 0 ? errno : EIO;
  throw FileError(fmt::format("standard output: cannot write: {}",
                              std::error_code(reason, std::generic_category()).message()));
}

}  // namespace luge::cli
