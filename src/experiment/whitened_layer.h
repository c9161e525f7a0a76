// A first layer whose filters whiten the patches that it sees: init.whiten.
#pragma once

#include <optional>
#include <string>

#include "experiment/option_keys.h"
#include "luge/data/dataset.h"
#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/train/trainer.h"

namespace luge::experiment {

struct WhitenedLayerKeys {
  static constexpr const char* table = "init";
  std::optional<std::string> whiten = {};
  std::int64_t whiten_samples = 5000;
  double whiten_epsilon = 5e-4;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field(
        "whiten", self.whiten,
        "a convolution whose filters begin as those that make its patches of the training data uncorrelated, "
        "each with its opposite",
        takes("the path of a layer, a pattern such as *conv1, or none"));
    field("whiten_samples", self.whiten_samples, "how many samples are looked at", at_least(1),
          needs("init.whiten"));
    field("whiten_epsilon", self.whiten_epsilon, "added to the variances of patches", above(0),
          needs("init.whiten"));
  }
};

/// Gives the layer that init.whiten names its filters, from samples as the network sees them, and tells it.
/// Throws SettingError when there is no such layer, when several are named, or when it is not a convolution
/// of pictures that can be whitened.
void whiten_layer(const Config& config, train::Trainer& trainer, const data::Dataset& samples,
                  const Tell& tell);

}  // namespace luge::experiment
