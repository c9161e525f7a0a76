// profile=true: the time of each layer before a training.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "luge/experiment/run.h"
#include "luge/train/layer_profile.h"

namespace luge::experiment {

/// With train.profile, tells how long each layer takes on the first batch of a run, and writes profile.json
/// into its folder; otherwise does nothing.
void profile_run(const Run& run, const Tell& tell);
/// The rows of a profile.
nlohmann::ordered_json layers_json(const train::LayerProfile& profile);

}  // namespace luge::experiment
