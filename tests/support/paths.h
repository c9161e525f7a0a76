// Where the test finds the project's files and the programs built from them.
#pragma once

#include <filesystem>

namespace luge::testing {

/// The root of the source tree.
std::filesystem::path source_dir();
/// The root of the build tree.
std::filesystem::path binary_dir();
/// The command `luge` of this build; empty when it is switched off.
std::filesystem::path command();

}  // namespace luge::testing
