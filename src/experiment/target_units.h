// Real targets of tables in units that networks learn well.
#pragma once

#include "luge/data/dataset.h"
#include "luge/experiment/config.h"
#include "luge/experiment/data_sets.h"
#include "luge/models/gallery.h"
#include "luge/nn/module.h"
#include "luge/train/task.h"

namespace luge::experiment {

/// Whether the targets of the data are among what a task needs; an autoencoder needs none.
bool reads_target(const train::Needs& needs);
/// Of the targets of a table of numbers, for a network that was made to tell classes apart: its outputs and
/// its rate are meant for numbers around 1, not for prices. Otherwise the identity.
data::Affine target_units(const Config& config, const models::Entry& entry, const train::Task& task,
                          const DataSet& data, const data::Dataset& fit);
/// Lets a network learn targets in these units, and give outputs in those of the data.
void learn_in(const nn::Model& net, const data::Affine& units);

}  // namespace luge::experiment
