// How gradients flow back through the steps of a sequence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace luge::cli {

/// The sizes of gradients through a layer for sequences, with new weights.
struct GradientFlow {
  std::vector<double> distance;  // 0, 1 … steps - 1: steps before the last one
  /// |d loss / d x_t| at this distance, divided by that at distance 0; the root mean square over sequences.
  /// NaN where the gradient at distance 0 is 0.
  std::vector<double> gradient;
};

/// Of a layer of a registered name, such as "lstm(units=32)"; without options, a layer that needs units gets
/// 32. Inputs [16,steps,32] are normal random numbers; the loss is a random combination of the output of the
/// last step. Computed in float64. Throws ValueError for a layer that does not give [N,steps,…] for
/// sequences.
GradientFlow gradient_flow(const std::string& layer, std::int64_t steps);

}  // namespace luge::cli
