// What a model says about its training beyond task, loss, optimizer and length.
#pragma once

#include "luge/experiment/config.h"
#include "luge/models/gallery.h"

namespace luge::experiment {

/// Gives keys that have no value those of Defaults::settings. Options of an optimizer, a loss, a schedule or
/// an augmentation are those of the model's own choice: they are left out where another one was chosen. What
/// depends on a choice that is still open is left for a later call. Keys that the configuration does not have
/// are left out.
void take_model_settings(Config& config, const models::Entry& entry);

}  // namespace luge::experiment
