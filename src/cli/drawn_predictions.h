// The files that drawn predictions are written to.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "luge/draw/picture_grid.h"

namespace luge::cli {

/// Writes one picture of all, where `to` ends in .png or .svg, or a PNG file for each into the folder `to`.
/// The first line of a caption is the name of the input: 00003-NAME.png is what is drawn of the fourth.
/// Returns the file of each. Throws FileError when one cannot be written.
std::vector<std::string> write_predictions(const std::string& to, const std::vector<draw::Picture>& pictures);

}  // namespace luge::cli
