// Run: a training that is made from a configuration, with the data, the network, the trainer and the
// process-wide settings that the configuration names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luge/data/batches.h"
#include "luge/data/dataset.h"
#include "luge/experiment/config.h"
#include "luge/experiment/data_sets.h"
#include "luge/experiment/settings.h"
#include "luge/train/callback.h"
#include "luge/train/history.h"
#include "luge/train/trainer.h"

namespace luge::experiment {

/// Called with one line for a person, such as what was decided about a column of numbers.
using Tell = std::function<void(const std::string&)>;

/// What a network is trained on, and what is held back to choose the best epoch on.
struct Parts {
  data::Dataset fit;    ///< what is trained on
  data::Dataset valid;  ///< what is held back; it may have no samples
  /// What is looked at once, after the training: what a fold holds out, or what was not drawn into a
  /// bootstrap sample.
  std::optional<data::Dataset> held_out = {};
  /// What the recipe is fitted to, such as the data that `fit` was drawn from. Empty: `fit`.
  std::optional<data::Dataset> fitted_to = {};
};

/// Loads the data of a configuration. A column of a table is read as classes or as numbers, as the model and
/// data.task want it. Throws SettingError for a name that is not known, and FileError and FormatError for
/// files.
DataSet load_data(const Config& config);
/// Returns the parts of the data that a configuration trains on: data.validation_split is held back, chosen
/// by train.seed. Nothing is held back of complete data, and where it would be less than one sample. With
/// data.fold they are those of one fold, with ensemble.member those of one member. Throws SettingError for
/// data.folds without data.fold and ensemble.members without ensemble.member, which mean several trainings.
Parts training_parts(const Config& config, const DataSet& data);
/// Returns k pairs of parts for cross-validation, chosen by train.seed. Each sample of data.train is held
/// back once. Of labels each has the same share in all parts, as far as whole samples allow. Throws
/// ValueError when k is below 2 or above the number of samples.
///
///     const experiment::DataSet data = experiment::load_data(config);
///     for (const experiment::Parts& fold : experiment::folds(config, data, 5))
///       scores.push_back(experiment::Run(config, {.data = data, .parts = fold}).fit().epochs.back());
std::vector<Parts> folds(const Config& config, const DataSet& data, std::int64_t k);

/// Options of Run.
struct RunOptions {
  Tell tell = {};                    ///< is told what a person should know; empty: nothing is told
  std::optional<DataSet> data = {};  ///< the data; empty: load_data loads it
  /// The parts, such as a fold. What is fitted to data, such as the scaling of inputs, is fitted to `fit` of
  /// these. Empty: those of training_parts.
  std::optional<Parts> parts = {};
};

/// An epoch that is the best by one figure.
struct Best {
  std::string monitor;       ///< the figure
  train::EpochRecord epoch;  ///< what was measured in that epoch
};

/// What came of a training.
struct Report {
  std::filesystem::path folder;   ///< the folder of the run
  train::History history;         ///< what was measured, the parts before a resumption included
  std::int64_t new_steps = 0;     ///< the steps of this call
  std::optional<Best> best = {};  ///< the epoch whose network best.safetensors holds
};

/// A training. Copies share its state.
///
///     experiment::Run run({{"model", "lenet5"}, {"data", "fashion-mnist"}, {"epochs", "5"}});
///     run.begin();                       // runs/lenet5-fashion-mnist-1
///     std::cout << run.train().history.epochs.back().logs[0].second;
class Run {
 public:
  /// Loads the data, and makes the network with its first weights (those of model.init where it is given),
  /// the optimizer and the trainer. The process-wide settings are afterwards those of before. Throws
  /// SettingError for a setting that is not right, ShapeError when the network does not fit the data, and
  /// what loading throws.
  explicit Run(Config config, const RunOptions& options = {});
  /// Continues the run in `folder` after its newest checkpoint that can be read. Of its configuration
  /// `changes` may change those keys that resumable_keys() lists. The folder is locked while the run lives.
  /// Throws as the constructor, and FileError when there is no configuration or no checkpoint.
  static Run resume(const std::filesystem::path& folder, const std::vector<Config::Entry>& changes = {},
                    const RunOptions& options = {});

  /// Returns the configuration, in which what model and data decide is settled.
  const Config& config() const;
  /// Returns the data as it was loaded.
  const DataSet& data() const;
  /// Returns the parts as the network sees them: scaled.
  const Parts& parts() const;
  /// Returns what an epoch runs over.
  const data::Batches& batches() const;
  /// Returns the trainer; of a training in stages that of the present stage. Use it within a Scope of
  /// settings().
  train::Trainer trainer() const;
  /// Returns how far the training has come.
  train::Position position() const;
  /// Returns the process-wide settings of this training.
  Settings& settings() const;
  /// Returns the folder; empty when begin() was not called and nothing was resumed.
  std::filesystem::path folder() const;
  /// Returns the checkpoint that resume continued; empty otherwise.
  std::filesystem::path resumed_from() const;
  /// Returns the layers of the network and the memory of a step, as model.txt has them.
  std::string description() const;

  /// Makes the folder: run.dir, or runs/MODEL-DATA-N, with config.toml and model.txt. Throws FileError.
  void begin();
  /// Reads a checkpoint, from which fit continues. Throws as Trainer::restore.
  void restore(const std::filesystem::path& checkpoint) const;
  /// Writes a checkpoint. Throws as Trainer::save.
  void save(const std::filesystem::path& checkpoint) const;
  /// Trains until all epochs are done or a callback stops the training, and writes no files. `callbacks` are
  /// called before those that the configuration names.
  train::History fit(const std::vector<train::CallbackRef>& callbacks = {}) const;
  /// Does the same, and writes checkpoints and figures into the folder, and the pictures curves.png and,
  /// where there are classes, confusion.png. Throws StateError without a folder.
  Report train(const std::vector<train::CallbackRef>& callbacks = {}) const;

  /// Calls `look` with a trainer and its batches, before the training: the trainer of a stage of the
  /// configuration, counted from 0, as it would be if the stage began with the present weights; without
  /// stages that of the training. The trainer must leave its state as it was, as find_rate and profile do.
  /// Throws ValueError for a stage that does not exist.
  void look_at_stage(std::size_t stage,
                     const std::function<void(train::Trainer&, const data::Batches&)>& look) const;

  struct State;  // internal

 private:
  explicit Run(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// Returns the keys that Run::resume may change.
std::vector<Key> resumable_keys();

}  // namespace luge::experiment
