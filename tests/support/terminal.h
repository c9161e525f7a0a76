// A program that has a terminal.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace luge::testing {

/// What `words[0]` writes to a terminal of this width, to which `answers` are typed at once. It must exit
/// with 0.
std::string on_terminal(const std::vector<std::string>& words, const std::filesystem::path& folder,
                        unsigned short columns, const std::string& answers = "");

}  // namespace luge::testing
