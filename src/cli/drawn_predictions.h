// The files that drawn predictions are written to.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "luge/data/record.h"
#include "luge/draw/picture_grid.h"

namespace luge::cli {

/// Writes one picture of all, where `to` ends in .png or .svg, or a PNG file for each into the folder `to`.
/// The first line of a caption is the name of the input: 00003-NAME.png is what is drawn of the fourth.
/// Returns the file of each. Throws FileError when one cannot be written.
std::vector<std::string> write_predictions(const std::string& to, const std::vector<draw::Picture>& pictures);

/// Writes the mask of each prediction next to its picture, as 00003-NAME.mask.png: the number of the class of
/// each pixel, or 0 and 255 where there are two classes, as a folder of masks has them. Returns the file of
/// each; empty where a prediction has no mask, or one with pixels that have no class.
std::vector<std::string> write_masks(const std::vector<std::string>& drawn,
                                     const std::vector<data::Record>& predictions, std::size_t classes);

}  // namespace luge::cli
