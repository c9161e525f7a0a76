// What the tests of tasks share: a short training, and what outputs mean afterwards.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/nn/observe.h"
#include "luge/optim/optimizers.h"
#include "luge/tasks/registry.h"
#include "luge/train/trainer.h"

namespace luge::testing {

/// A network that has learned a task, as a file would tell of it.
struct Trained {
  nn::Model net;
  data::Recipe recipe;
  train::History history;

  double loss(std::size_t epoch) const { return figure(epoch, "loss"); }
  double figure(std::size_t epoch, const std::string& name) const {
    for (const auto& [known, value] : history.epochs.at(epoch).logs) {
      if (known == name) return value;
    }
    ADD_FAILURE() << "there is no figure " << name;
    return 0;
  }
};

/// Fits the recipe of the task to the data and trains the network.
inline Trained trained(const train::TaskRef& task, const nn::Model& net, const data::Dataset& raw,
                       std::int64_t epochs, double learning_rate, std::int64_t batch = 16) {
  const data::Recipe recipe = task->recipe(raw).fit(raw);
  const data::Dataset data = recipe.training(raw);
  train::check_needs(task->name(), task->needs(), data.info());
  nn::Metadata metadata;
  metadata.recipe = recipe.to_json();
  net->set_metadata(metadata);
  train::Trainer trainer(net, task, optim::Adam(learning_rate));
  return {net, recipe, trainer.fit(data.shuffle().batch(batch), {.epochs = epochs})};
}

/// What the outputs for raw records mean, with the task and the recipe that the metadata name.
inline std::vector<data::Record> interpreted(const Trained& trained, const std::vector<data::Record>& raw) {
  const tasks::Learned learned = tasks::of(trained.net->metadata());
  EXPECT_TRUE(learned.task) << learned.why;
  std::vector<data::Record> inputs;
  for (const data::Record& record : raw) inputs.push_back(learned.recipe.prediction(record));
  const auto rows = static_cast<std::int64_t>(inputs.size());
  const data::HostBatch batch = *data::records(std::move(inputs)).batch(rows).epoch(0).next();
  const nn::Probe probe(*trained.net, false);
  return learned.task->interpret((*trained.net)(batch.to_tensors().tensors()), batch);
}

template <class T>
data::HostArray host(DType dtype, const Shape& shape, const std::vector<T>& values) {
  data::HostArray result({dtype, shape});
  std::copy(values.begin(), values.end(), result.as<T>().begin());
  return result;
}

}  // namespace luge::testing
