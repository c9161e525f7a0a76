#include "support/paths.h"

namespace luge::testing {

std::filesystem::path source_dir() { return LUGE_SOURCE_DIR; }
std::filesystem::path binary_dir() { return LUGE_BINARY_DIR; }

std::filesystem::path command() {
#ifdef LUGE_COMMAND
  return LUGE_COMMAND;
#else
  return {};
#endif
}

}  // namespace luge::testing
