// Trainings that are made to find mistakes: few batches, the same batches, and what came of it.
#pragma once

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/train/callback.h"

namespace luge::experiment {

/// The batches of fast_dev_run; 0: the training is an ordinary one.
std::int64_t dev_batches(const Config& config);
/// Whether the training is on a few batches that are the same in each epoch.
bool overfits(const Config& config);

/// Throws SettingError for aids that do not go together with what else is asked for.
void check_aids(const Config& config);
/// The parts as far as the aids leave them. What is fitted to data is still fitted to all of it.
Parts aided_parts(const Config& config, const Parts& parts);
/// The same for the samples that the recipe `made` of such records, where it makes several of one: the
/// windows of a text. data.limit counts them, too.
Parts aided_samples(const Config& config, const Parts& before, Parts made);
/// What says at the end of a training what came of an aid; null where there is none.
train::CallbackRef aid_callback(const Config& config, const Tell& tell);

}  // namespace luge::experiment
