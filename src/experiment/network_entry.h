// Networks that are written as text: model=net.toml.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "io/run/run_directory.h"
#include "luge/data/dataset.h"
#include "luge/experiment/config.h"
#include "luge/models/gallery.h"

namespace luge::experiment {

/// Whether model= is the path of a network file, and not a name of the gallery: it has a '/' or ends in
/// .toml.
bool is_network_file(std::string_view model);
/// The network of a file like one of the gallery, named as the file says. Throws FileError, and FormatError
/// naming file and line.
models::Entry network_entry(const std::string& path);
/// Checks that the layers of the network file take such data and have this many outputs; says nothing about a
/// network of the gallery. Throws what nn::NetworkText::check throws, and ShapeError naming file, line and
/// layer for another number of outputs.
void check_network(const Config& config, const data::Info& info, std::int64_t outputs);

/// Copies the network file into the folder of a run.
void keep_network(const Config& config, const io::RunDirectory& run);
/// Lets model= name the copy that a run has of its network file, if it has one.
void use_kept_network(Config& config, const std::filesystem::path& run);

}  // namespace luge::experiment
