// From the keys to what a network is trained on.
#pragma once

#include <optional>
#include <utility>

#include "cli/arguments.h"
#include "cli/data_sets.h"
#include "luge/data/batches.h"
#include "luge/data/dataset.h"
#include "luge/models/gallery.h"

namespace luge::cli {

struct TrainingData {
  Data whole;
  data::Dataset fit;                   // what is trained on, scaled
  std::optional<data::Dataset> valid;  // what best.safetensors is chosen on
  data::Batches batches;               // of `fit`, shuffled
  data::Affine targets = {};           // real targets to mean 0 and deviation 1
};

/// What of the data a network is trained on, and what is held back to choose the best on: nothing of a truth
/// table, or where the share asked for is less than one sample.
std::pair<data::Dataset, data::Dataset> training_parts(const Arguments& arguments, const Data& whole);
/// Loads what data= names and settles what is to be learned from it: the loss, unless given, follows from the
/// model and the targets, and what was decided about a column of numbers is told on stderr.
TrainingData load_training_data(Arguments& arguments, const models::Entry& entry);

}  // namespace luge::cli
