// What a step must at least do, for the roofline: multiply-adds by layer, and the state that is read and
// written.
#include <algorithm>

#include "cli/bench/step.h"
#include "luge/nn/summary.h"

namespace luge::cli::bench {
namespace {

constexpr double few_channels = 16;  // Winograd's transforms cost more than they save below

// 3x3 of stride 1: the output has the extents of the input.
bool winograd_may(const nn::LayerSummary& layer, const Shape& before) {
  if (layer.type != "Conv2d 3x3" || before.rank() != 4 || layer.output.rank() != 4) return false;
  return static_cast<double>(layer.macs) / static_cast<double>(layer.neurons) >= 9 * few_channels &&
         layer.output[2] == before[2] && layer.output[3] == before[3];
}

}  // namespace

Arithmetic arithmetic(const Step& step) {
  const Contest& contest = step.contest();
  const nn::Summary summary = nn::summary(*contest.net(), contest.input(), contest.input_dtype());
  const bool trains = contest.workload().trains;
  Arithmetic sum;
  Shape before = contest.input().inserted(0, unknown);
  bool first = contest.workload().task != Task::texts;  // whose first layer is a table that learns
  for (const nn::LayerSummary& layer : summary.layers) {
    // Backward as much again for the weights and for the input, which the first layer has no use for.
    const double times = !trains ? 1 : first ? 2 : 3;
    const double gflop =
        2e-9 * times * static_cast<double>(layer.macs) * static_cast<double>(contest.batch());
    if (layer.macs > 0) first = false;
    (!layer.type.starts_with("Conv") ? sum.matmul_gflop
     : winograd_may(layer, before)   ? sum.conv3x3_gflop
                                     : sum.conv_gflop) += gflop;
    before = layer.output;
  }
  sum.state_gb = 1e-9 * static_cast<double>(step.plan().state_bytes) * (trains ? 2 : 1);
  return sum;
}

}  // namespace luge::cli::bench
