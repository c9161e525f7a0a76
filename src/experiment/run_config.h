// config.toml of a run: all that it was trained with, for resume and eval to read again from anywhere.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "io/run/run_directory.h"
#include "luge/experiment/config.h"

namespace luge::experiment {

/// Writes every key with its value, for a new run, and then the host and the version that made it.
void write_config(const Config& config, const io::RunDirectory& run, bool is_new);
/// Writes the keys that were given alone: what model and data decide is decided again by each of several
/// trainings.
void write_given(const Config& config, const io::RunDirectory& run, bool is_new);

/// What write_config writes of the configuration, as text by key; keys of stages begin with "stage.N.".
std::map<std::string, std::string> recorded_settings(const Config& config);

/// Whether the folder is a run that has a configuration; false for none, and for one that a program wrote.
bool has_config(const std::filesystem::path& run);
/// The configuration of a run. Its data= is `data` unless that is empty, or a path next to the run when the
/// recorded one is not here. Throws FileError for a folder without config.toml.
Config read_config(const std::filesystem::path& run, const std::string& data = {});

}  // namespace luge::experiment
