// The pictures that a network takes for something else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/measure.h"

namespace luge::cli {

/// Writes them to the folder `to`, with the labels as they are and as they were guessed in their names; or,
/// for a name that ends with .png or .svg, draws the 100 with the surest wrong guesses in one figure. Returns
/// how many are written. Throws FileError, and Stopped after a signal.
std::int64_t write_wrong(const data::Dataset& samples, const experiment::Answers& answers,
                         const std::vector<std::string>& classes, const std::string& to);

/// Draws the pairs of classes that are confused most, a row of the surest wrong pictures each. Returns how
/// many pairs there are; nothing is written without one. Throws FileError when the file cannot be written.
std::int64_t draw_confused(const data::Dataset& samples, const experiment::Answers& answers,
                           const std::vector<std::string>& classes, const std::string& file);

}  // namespace luge::cli
