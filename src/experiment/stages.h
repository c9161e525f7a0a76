// From the [[stage]] tables of a configuration to the stages of a training.
#pragma once

#include <vector>

#include "experiment/training_data.h"
#include "luge/experiment/config.h"
#include "luge/nn/module.h"
#include "luge/train/stages.h"
#include "luge/train/task.h"

namespace luge::experiment {

/// The stages of a configuration, which has some, over one task and its data. Throws SettingError naming the
/// stage, and ValueError for a pattern that matches no parameter.
train::Stages make_stages(const Config& config, const nn::Model& net, const train::TaskRef& task,
                          const TrainingData& data);

}  // namespace luge::experiment
