// What Trainings are made of.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/run/run_directory.h"
#include "luge/experiment/run.h"
#include "luge/experiment/trainings.h"

namespace luge::experiment {

struct Trainings::State {
  Config config;
  Tell tell;
  DataSet data;
  std::string first = {};  // describes the first training
  std::string stem = {};   // of the folder's name
  std::optional<io::RunDirectory> folder = {};
  std::vector<Config::Entry> changes = {};  // of a resumption, for each training
  bool accepted = false;                    // they are in config.toml
};

/// The prefix of figures of what was held out besides the validation part.
inline constexpr const char* kHeldOut = "held_out_";

/// Whether several trainings are the members of an ensemble, and not folds or shares.
bool are_members(const Config& config);
/// Whether they are a learning curve.
bool are_shares(const Config& config);
/// The configuration of one of them, counted from 1.
Config config_of_one(const Config& config, std::int64_t number);
/// The names of all.
std::vector<std::string> names_of(const Config& config);

/// Writes the table of trainings that are finished, and of their spreads when they are all.
void write_table(const std::filesystem::path& file, const std::vector<OneTraining>& trainings,
                 const std::vector<Spread>& spreads);

/// Combines the best networks of the members, which are in these folders.
EnsembleReport combine(const Trainings::State& all, const std::vector<std::filesystem::path>& members);

}  // namespace luge::experiment
