// config.toml of a run: all that it was trained with, for resume and eval to read again from anywhere.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "io/run/run_directory.h"

namespace luge::cli {

/// Writes every key with its value, for a new run, and then the host and the version that made it.
void write_config(const Arguments& arguments, const io::RunDirectory& run, bool is_new);

/// Whether the folder is a run of the command; false for none, and for one that a program wrote.
bool has_config(const std::filesystem::path& run);
/// The words with which a run's configuration is read: config=, and data=, which is `data` unless empty, or
/// a path next to the run when the recorded one is not here. Throws FileError for a folder without
/// config.toml.
std::vector<std::string> config_words(const std::filesystem::path& run, const std::string& data = {});

}  // namespace luge::cli
