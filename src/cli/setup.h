// From the keys of `train` to a Trainer and its data: what train, resume, plan, explain and gradcheck share.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "cli/data_sets.h"
#include "luge/models/gallery.h"
#include "luge/train/trainer.h"

namespace luge::cli {

/// Keys that say which network, how it learns, and on what.
std::vector<Key> model_keys();
std::vector<Key> training_keys();

struct Setup {
  std::string model;
  train::Trainer trainer;
  data::Info info;  // of the training part, as the network sees it
  Shape input;
};

struct TrainingData {
  Data whole;
  data::Dataset fit;                   // what is trained on, scaled
  std::optional<data::Dataset> valid;  // what best.safetensors is chosen on
  data::Batches batches;               // of `fit`, shuffled
  data::Affine targets = {};           // real targets to mean 0 and deviation 1
};

/// The gallery's entry; throws Misuse listing the nearest.
models::Entry model_entry(const Arguments& arguments);
/// The network with so many outputs and the layers that hidden= and dropout= name.
nn::Model make_model(const Arguments& arguments, const models::Entry& entry, std::int64_t outputs);
/// Puts the entry's own choices where the user made none: data, optimizer, rate, batch, epochs, and the loss
/// where there is no data for it to follow from.
void take_defaults(Arguments& arguments, const models::Entry& entry);
/// What of the data a network is trained on, and what is held back to choose the best on: nothing of a truth
/// table, or where the share asked for is less than one sample.
std::pair<data::Dataset, data::Dataset> training_parts(const Arguments& arguments, const Data& whole);
/// Loads what data= names and settles what is to be learned from it: the loss, unless given, follows from the
/// model and the targets, and what was decided about a column of numbers is told on stderr.
TrainingData load_training_data(Arguments& arguments, const models::Entry& entry);
/// Whether the learning rate changes.
bool has_schedule(const Arguments& arguments);
/// Updates of the weights that the schedule is stretched over: schedule.steps, or the whole training's.
std::int64_t schedule_updates(const Arguments& arguments, const data::Batches& batches);
/// Puts the whole training's updates where schedule.steps leaves them open, so that a training that is
/// resumed for more epochs keeps its schedule. A constant rate needs none.
void settle_schedule(Arguments& arguments, const data::Batches& batches);
/// Seeds the generator, makes network and optimizer for such data.
Setup set_up(const Arguments& arguments, const models::Entry& entry, const data::Info& info,
             std::int64_t updates, const data::Affine& targets = {});
/// Sets the number of threads; says so when there are fewer processors than that.
void use_threads(std::int64_t wanted);
/// A batch of zeros as the training will see it, for plan and explain: types alone until somebody reads it.
data::Batch empty_batch(const data::Info& info, std::int64_t rows);
/// A training step of the network that the keys name, on zeros: what plan and explain look at. Weights and
/// batch are types alone until somebody reads them.
struct PlannedStep {
  Setup setup;
  data::Batch batch;
  std::int64_t rows;
};
PlannedStep planned_step(const Arguments& arguments);
/// model_keys and input=.
std::vector<Key> model_and_input_keys();
/// What a network of this entry sees when there is no data at hand.
data::Info info_without_data(const Arguments& arguments, const models::Entry& entry);

}  // namespace luge::cli
