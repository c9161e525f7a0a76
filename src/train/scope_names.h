// What a training step computes outside of layers, as profiles name it.
#pragma once

namespace luge::train {

inline constexpr const char *kLossScope = "loss", *kMetricsScope = "metrics", *kOptimizerScope = "optimizer",
                            *kOtherScope = "other";

}  // namespace luge::train
