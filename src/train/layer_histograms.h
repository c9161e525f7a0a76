// Histograms of what is inside a network: weights, gradients, and outputs of layers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "luge/data/batches.h"
#include "luge/io/tensorboard.h"
#include "luge/train/trainer.h"

namespace luge::train {

/// Histograms with their tags: "weights/conv1/weight", "gradients/conv1/weight", "activations/conv1".
using NamedHistograms = std::vector<std::pair<std::string, io::Histogram>>;

NamedHistograms weight_histograms(const nn::Module& net);
/// Costs one forward and one backward pass. Nothing changes.
NamedHistograms gradient_histograms(const Trainer& trainer, const data::Batch& batch);
/// Of the layers without children; none for a network whose inputs are not fields of the batch.
NamedHistograms activation_histograms(const nn::Module& net, const data::Batch& batch);

}  // namespace luge::train
