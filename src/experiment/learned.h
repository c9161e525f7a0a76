// What the network of a file has learned, and what it says about raw inputs.
#pragma once

#include <string>
#include <vector>

#include "experiment/inference.h"
#include "experiment/raw_inputs.h"
#include "luge/data/dataset.h"
#include "luge/data/image_folder.h"
#include "luge/nn/load.h"
#include "luge/tasks/registry.h"
#include "luge/train/trainer.h"

namespace luge::experiment {

/// Task and recipe of a network. Of a file that does not name its task they follow from what its outputs
/// mean: classes or numbers. `values` changes options of the task.
tasks::Learned learned(const nn::Metadata& metadata, const options::Values& values = {});
/// Whether what the network has learned begins with text.
bool reads_text(const nn::Metadata& metadata);

/// What pictures in files become for the network; nothing where its recipe does not say it.
std::optional<data::PictureOptions> pictures_of(const nn::Metadata& metadata);
/// The shape that the recipe gives this picture (letterbox, the middle for crop); nothing where it leaves the
/// extents.
std::optional<Shape> picture_shape(const nn::Metadata& metadata, const data::Record& picture);

/// The metadata with the input and the columns of raw data, from which the recipe makes those of the network.
nn::Metadata of_raw_data(const nn::Metadata& metadata);
/// Whether raw data is the cells of a table, of any type.
bool reads_cells(const nn::Metadata& metadata);
/// Samples as the network is given them. Throws ShapeError when they have another shape.
data::Dataset prepared(const tasks::Learned& learned, const nn::Metadata& metadata,
                       const data::Dataset& samples);

/// A raw record as the network is given it. Throws FormatError for what cannot be read.
data::Record prepared_record(const tasks::Learned& learned, const nn::Metadata& metadata, data::Record raw);

/// One record for each input: what its outputs mean, or the outputs as they are where there is no task. Rows
/// of tables that cannot be read, or that miss a cell and would be left out of a training, are moved from the
/// inputs to `bad` and `left_out`. Throws FormatError for another input that cannot be read.
std::vector<data::Record> predict(const nn::Loaded& net, const tasks::Learned& learned, RawInputs& inputs,
                                  const Poll& poll);

/// The loss and the metrics of the task over prepared samples.
train::Evaluation measure(const nn::Model& net, const train::TaskRef& task, const data::Dataset& samples);

}  // namespace luge::experiment
