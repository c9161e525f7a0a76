// From the keys to what a network is trained on.
#pragma once

#include "luge/data/batches.h"
#include "luge/data/dataset.h"
#include "luge/data/mix.h"
#include "luge/data/recipe.h"
#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/models/gallery.h"
#include "luge/train/task.h"

namespace luge::experiment {

struct TrainingData {
  Parts parts;              // as the recipe makes them
  data::Recipe recipe;      // fitted to parts.fit
  data::Batches batches;    // of parts.fit, shuffled
  data::Affine units = {};  // of real targets: mean 0 and deviation 1
  data::MixOptions mixing;  // what augmentations of batches make of the targets
};

/// The data that data= names, as model and task read it.
DataSet load_data_for(const Config& config, const models::Entry& entry);
/// What an epoch runs over: these samples in the order, batches and threads that the keys name, and with the
/// augmentations of batches.
data::Batches batches_of(const Config& config, const data::Dataset& fit, const data::MixOptions& mixing);
/// Fits the recipe of the task to `parts.fit`, and applies it to both.
TrainingData make_training_data(const Config& config, const models::Entry& entry, const train::Task& task,
                                const DataSet& whole, const Parts& parts);

}  // namespace luge::experiment
