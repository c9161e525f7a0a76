// Figures of a measurement as text.
#pragma once

#include "luge/train/history.h"

namespace luge::cli {

/// Prints each figure in a line, and those of single classes, "dice.cell", as a table with a row for each
/// class.
void print_figures(const train::Logs& figures);

}  // namespace luge::cli
