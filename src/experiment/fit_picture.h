// The line that a network has networks through samples of one column.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/draw/figure.h"
#include "luge/experiment/run.h"
#include "luge/nn/load.h"

namespace luge::experiment {

/// A network, and what it is called in the legend.
struct DrawnNetwork {
  std::string label;
  nn::Loaded net;
};

/// Draws samples as dots and each network as a line over their range. `raw` are samples in the units of the
/// data. Nothing for networks that do not predict one number of one number.
std::optional<draw::Figure> fit_figure(const std::vector<DrawnNetwork>& networks, const Parts& raw,
                                       const std::string& title);

}  // namespace luge::experiment
