// From the keys to what a training watches, and when it writes checkpoints.
#pragma once

#include <vector>

#include "luge/data/dataset.h"
#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"

namespace luge::experiment {

/// Samples in a batch of the validation.
inline constexpr std::int64_t kValidationBatch = 256;

/// Epochs, validation data and what ends the training early, after `callbacks`.
train::FitOptions fit_options(const Config& config, const data::Dataset& valid,
                              const std::vector<train::CallbackRef>& callbacks = {});
train::CheckpointOptions checkpoint_options(const Config& config, bool validates, const Tell& tell);
/// The figure that best.safetensors is chosen by; empty: the usual one.
std::string best_figure(const Config& config, bool validates);

/// Throws SettingError for what a training could not do, such as watching a figure that is not measured: to
/// be called before anything is written.
void check_settings(const Config& config, const train::Trainer& trainer, const data::Dataset& valid);

}  // namespace luge::experiment
