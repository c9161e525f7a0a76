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
  data::Recipe recipe;      // fitted to the training part
  data::Batches batches;    // of parts.fit, shuffled
  data::Affine units = {};  // of real targets: mean 0 and deviation 1
  data::MixOptions mixing;  // what augmentations of batches make of the targets
  Parts raw;                // before the recipe
};

/// The data that data= names, as model and task read it.
DataSet load_data_for(const Config& config, const models::Entry& entry);
/// What an epoch runs over: these samples in the order, batches and threads that the keys name, and with the
/// augmentations of batches.
data::Batches batches_of(const Config& config, const data::Dataset& fit, const data::MixOptions& mixing);
/// The features that the keys name, then the recipe of the task, fitted to the training part.
data::Recipe recipe_of(const Config& config, const train::Task& task, const data::Dataset& fit);
/// Fits the recipe to `parts.fit`, or to `parts.fitted_to`, and applies it to all parts.
TrainingData make_training_data(const Config& config, const models::Entry& entry, const train::Task& task,
                                const DataSet& whole, const Parts& parts);

}  // namespace luge::experiment
