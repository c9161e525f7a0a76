// How fast pictures come from files and from memory, compared with what decoding alone takes.
#pragma once

#include <filesystem>
#include <vector>

#include "cli/bench/micro.h"

namespace luge::cli::bench {

/// Measures for about this number of seconds each, libjpeg alone and what Luge does in turns.
std::vector<Figure> loader(double seconds);

/// Writes the 224x224 pictures that loader() reads into `folder`/a, for other programs to read.
void write_loader_files(const std::filesystem::path& folder);

}  // namespace luge::cli::bench
