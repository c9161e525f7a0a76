// Trainings: several trainings of one configuration, as cross-validation and ensembles need them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luge/experiment/config.h"
#include "luge/experiment/run.h"
#include "luge/train/callback.h"
#include "luge/train/history.h"

namespace luge::experiment {

/// One of several trainings, and what came of it.
struct OneTraining {
  std::string name;           ///< "fold-03" or "member-2", which is also the name of its folder
  std::int64_t samples = 0;   ///< the size of its training part; what was drawn twice counts twice
  std::int64_t held_out = 0;  ///< the number of samples that it is measured on
  Report report;              ///< the folder and the epochs
  /// The figures of the last epoch, or with callbacks.early_stopping.restore_best of the best one. Where a
  /// part was held out besides the validation part, also those of the network that was chosen, on that part,
  /// as held_out_loss and so on.
  train::Logs figures;
};

/// Mean and deviation of one figure.
struct Spread {
  std::string name;      ///< the figure
  double mean = 0;       ///< the mean over the trainings
  double deviation = 0;  ///< the standard deviation with n-1; 0 for one training
};
/// Returns mean and deviation of each figure that all trainings have, in the order of the first one.
std::vector<Spread> spreads_of(const std::vector<OneTraining>& trainings);

/// What came of an ensemble besides its members.
struct EnsembleReport {
  std::filesystem::path model;  ///< the file with all members and their mean
  train::Logs figures;          ///< on the validation part; empty where there is none
  /// On the samples of the training part, each answered by the members whose bootstrap sample does not hold
  /// it. Empty without bootstrap samples, and for tasks other than classes and numbers.
  train::Logs out_of_bag;
  std::int64_t out_of_bag_samples = 0;  ///< the number of those samples
};

/// What came of several trainings.
struct TrainingsReport {
  std::filesystem::path folder;            ///< the folder that holds those of all trainings
  std::vector<OneTraining> trainings;      ///< those that have been run
  std::vector<Spread> spreads;             ///< over all of them; empty while some are missing
  std::optional<EnsembleReport> ensemble;  ///< of an ensemble whose members are complete
  bool interrupted = false;                ///< `stop` ended them early
};

/// The trainings that data.folds or ensemble.members name, one after the other, in one folder. Each is a Run
/// in a folder below it, with a table of all of them: folds.csv or members.csv.
///
/// With data.folds, each sample is held out by one fold, and what is fitted to data is fitted to the training
/// part of the fold alone. Where data.validation_split is given, this share of each training part is held
/// back to choose the best epoch on, and the fold is measured once, on the network of that epoch. With
/// ensemble.members, the validation part is the same for all; each member is trained on a bootstrap sample of
/// the rest, with weights and an order of its own; checkpoints/best.safetensors is an nn::Ensemble of the
/// best network of each.
///
///     experiment::Trainings folds({{"model", "mlp"}, {"data", "iris.csv"}, {"folds", "10"}});
///     folds.begin();  // runs/mlp-iris-1
///     for (const experiment::Spread& each : folds.train().spreads)
///       std::cout << each.name << " " << each.mean << " ± " << each.deviation << "\n";
class Trainings {
 public:
  /// Makes the callbacks of the training of this name, before it begins.
  using Callbacks = std::function<std::vector<train::CallbackRef>(const std::string& name)>;

  /// Returns true when the configuration means several trainings.
  static bool meant_by(const Config& config);
  /// Returns true when the folder holds several trainings, which resume continues.
  static bool in(const std::filesystem::path& folder);

  /// Loads the data and makes the first training, to see that it can be made. Throws SettingError when the
  /// configuration does not mean several trainings, and as Run does.
  explicit Trainings(Config config, const RunOptions& options = {});
  /// Continues those in a folder: finished ones stay, a broken one continues after its newest checkpoint, and
  /// those that are missing follow. `changes` are as in Run::resume and hold for all. Throws as Run::resume.
  static Trainings resume(const std::filesystem::path& folder, const std::vector<Config::Entry>& changes = {},
                          const RunOptions& options = {});

  /// Returns the configuration as it was given.
  const Config& config() const;
  /// Returns the data as it was loaded.
  const DataSet& data() const;
  /// Returns the names of the trainings in their order.
  std::vector<std::string> names() const;
  /// Returns the folder; empty before begin().
  std::filesystem::path folder() const;
  /// Returns what is trained how often, and the layers of the network and the memory of a step.
  std::string description() const;

  /// Makes the folder: run.dir, or runs/MODEL-DATA-N, with config.toml. Throws FileError.
  void begin();
  /// Runs the trainings that are not finished. Throws StateError without a folder, ValueError for members
  /// that cannot be combined, and what a training throws; those before it stay. When `stop` returns true, the
  /// running training ends after its step, and no other begins; resume continues.
  TrainingsReport train(const Callbacks& callbacks = {}, const std::function<bool()>& stop = {});

  struct State;  // internal

 private:
  explicit Trainings(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace luge::experiment
