// confusion_matrix: what the samples of each class were taken for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/draw/figure.h"

namespace luge::draw {

/// What confusion_matrix draws.
struct ConfusionMatrix {
  /// counts[k][g]: how many samples of class k were taken for class g.
  std::vector<std::vector<std::int64_t>> counts;
  std::vector<std::string> classes = {};  ///< the names by class; empty: 0, 1, 2 …
  std::string title = {};                 ///< the text above it
};

/// Draws a matrix. Cells are shaded by their share of the row, with small shares stretched; counts and shares
/// are written where they fit. Of many classes only some names are written. Throws ValueError when there are
/// no classes, the matrix is not square, a count is negative, or the number of names does not match, and
/// StateError when this build or this machine does not have Cairo and Pango.
Figure confusion_matrix(const ConfusionMatrix& matrix);

}  // namespace luge::draw
