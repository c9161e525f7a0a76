// attention_map: which tokens a network looked at when it wrote each token.
#pragma once

#include <string>
#include <vector>

#include "luge/draw/figure.h"

namespace luge::draw {

/// What attention_map draws.
struct AttentionMap {
  std::vector<std::string> from;  ///< the tokens that were read, one for each column
  std::vector<std::string> to;    ///< the tokens that were written, one for each row
  std::vector<float> weights;     ///< how much of each token was looked at [to,from], 0 to 1
  std::string title = {};         ///< the text above it
};

/// Draws the weights as shades, a row for each token that was written and a column for each that was read.
/// Throws ValueError without tokens and when there are not as many weights as cells, and StateError when this
/// build or this machine does not have Cairo and Pango.
Figure attention_map(const AttentionMap& map);

}  // namespace luge::draw
