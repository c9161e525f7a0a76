// Files that hold the members of an ensemble and their mean.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "luge/io/model_file.h"
#include "luge/nn/load.h"
#include "luge/nn/module.h"

namespace luge::experiment {

/// Writes the networks and the mean of their answers to one file. Throws ValueError when a network has
/// functions besides itself, or several inputs or outputs.
void write_ensemble(const std::string& path, const std::vector<nn::Loaded>& members);

/// The members of a file with their names, as networks that share its parameters; none for other files.
std::vector<std::pair<std::string, nn::Model>> members_of(const io::ModelFile& file);
/// How their answers are combined, for people: "mean of probabilities".
std::string combining_rule(const io::ModelFile& file);

}  // namespace luge::experiment
