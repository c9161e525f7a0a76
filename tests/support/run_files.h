// Folders that look like runs.
#pragma once

#include <filesystem>
#include <string>

namespace luge::testing {

/// A run with two epochs, a configuration and a status; `rate` is its learning rate.
void make_run(const std::filesystem::path& folder, int sequence, const std::string& status = "finished",
              double rate = 0.001);
void write_text(const std::filesystem::path& file, const std::string& content);

}  // namespace luge::testing
