// repeat: several epochs of a data set as one, so that batches go on across the end of an epoch.
#pragma once

#include <cstdint>

#include "luge/data/dataset.h"

namespace luge::data {

/// Returns the samples `times` times over, one pass after the other, as one epoch. What is new in each epoch
/// below it, such as a shuffle, is new in each pass. A batch may hold the end of a pass and the beginning of
/// the next one, so that all batches but the last one have the same size. Throws ValueError when `times` is
/// below 1 or there would be more than 2^63 - 1 samples. Source: tf.data.Dataset.repeat, and next_batch of
/// the MNIST reader of TensorFlow 1.
///
///     auto batches = data::repeat(train.shuffle(), 10).batch(550).epoch(0);
///     while (auto batch = batches.next()) step(batch->to_tensors());
Dataset repeat(const Dataset& data, std::int64_t times);

}  // namespace luge::data
