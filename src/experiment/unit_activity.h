// Units that do not react: those of activations whose slope is about 0 for every sample, so that nothing
// before them can be learned through them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/inference.h"
#include "luge/data/dataset.h"
#include "luge/experiment/run.h"
#include "luge/nn/module.h"

namespace luge::experiment {

/// One activation of a network.
struct UnitActivity {
  std::string path, type;
  std::int64_t units = 0;        // channels of [N,C,…], features of [N,F] and [N,T,F]
  std::int64_t dead = 0;         // units whose slope is below kFlat for all samples and positions
  std::int64_t always_zero = 0;  // those of them that give 0 each time
  double zeros = 0;              // share of outputs that are 0
  double flat = 0;               // share of outputs whose slope is below kFlat
};
/// A slope below this lets less than a thousandth of a gradient through.
inline constexpr double kFlat = 1e-3;

/// Looks at the activations of a network over samples as it takes them: parts without parameters that keep
/// the shape and work on each number alone. Throws ValueError for a network with several inputs.
std::vector<UnitActivity> unit_activity(const nn::Module& net, const data::Dataset& samples,
                                        const Poll& poll = {});

/// Tells of layers most of whose units are dead after a training, over at most 512 samples.
void warn_of_dead_layers(const nn::Module& net, const data::Dataset& samples, const Tell& tell);

}  // namespace luge::experiment
