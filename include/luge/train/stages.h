// Stages: a training that is a list of trainings of one network, one after the other: layer by layer, a new
// head first and the whole network later, large pictures after small ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luge/data/batches.h"
#include "luge/nn/module.h"
#include "luge/optim/optimizer.h"
#include "luge/train/callback.h"
#include "luge/train/task.h"
#include "luge/train/trainer.h"

namespace luge::train {

/// The data of one stage.
struct StageData {
  data::Batches training;                        ///< the training data
  std::optional<data::Batches> validation = {};  ///< the validation data
};

/// One part of a training, with a task, data and optimizers of its own.
struct Stage {
  std::string name;  ///< the name, which differs from those of the other stages
  TaskRef task;      ///< what is learned
  /// An optimizer for each objective of the task, by its name. One of the name "*" is for all that have none.
  std::map<std::string, optim::Optimizer> optimizers;
  /// Makes the data when the stage begins. It may use what earlier stages have learned, such as the codes of
  /// a layer, computed once.
  std::function<StageData()> data;
  std::int64_t epochs = 1;           ///< the number of passes over the data
  std::int64_t steps_per_epoch = 0;  ///< as FitOptions::steps_per_epoch
  std::int64_t steps = 0;            ///< the largest number of steps; 0: no limit
  /// Patterns of the paths of the parameters that are trained; the others are frozen for the length of the
  /// stage. What was frozen before stays frozen.
  std::vector<std::string> trainable = {"*"};
  TrainerOptions options = {};  ///< metrics, accumulation and averages
  /// Callbacks of this stage alone. When one of them stops it, the next stage begins.
  std::vector<CallbackRef> callbacks = {};
};

/// Options of Stages::fit.
struct StagesOptions {
  /// Makes callbacks for each stage, such as a checkpoint in one folder for all of them. When one of them
  /// stops the training, the stages after it do not begin.
  std::function<std::vector<CallbackRef>()> callbacks = {};
  /// Continue a restored training even when its data has changed.
  bool accept_changed_data = false;
};

/// Trains one network in stages. Copies share their state.
///
///     train::Stages stages(net, {{.name = "layer 1", …}, {.name = "all", …}});
///     train::History history = stages.fit();
class Stages {
 public:
  /// Makes a training. All parameters of the network must have been created when fit is called. Throws
  /// ValueError without stages, for two of one name, and for a stage that is not complete.
  Stages(nn::Model net, std::vector<Stage> stages);

  /// Runs the stages that have not been finished; one that was stopped begins again. Returns the epochs of
  /// all stages. Throws what Trainer::fit throws; parameters that were frozen for a stage are trainable again
  /// in any case.
  History fit(const StagesOptions& options = {});
  /// Writes a checkpoint of the running or last stage, as Trainer::save does.
  void save(const std::string& path) const;
  /// Reads a checkpoint. The next fit continues in its stage, and throws as Trainer::restore when optimizers
  /// or losses are others. Throws FormatError when the stages or the network are others; nothing changes
  /// then.
  void restore(const std::string& path);

  /// Calls `look` with the trainer and the data of a stage, counted from 0, as they would be if it began now,
  /// with the present weights; what the stage does not train is frozen meanwhile. No stage begins by it, and
  /// the trainer must leave its state as it was, as find_rate and profile do. Throws ValueError for a stage
  /// that does not exist.
  void look_at(std::size_t stage, const std::function<void(Trainer&, const StageData&)>& look) const;

  /// Returns the number of the present stage, counted from 0; the number of stages when all were run.
  std::size_t stage() const;
  /// Returns true when a stage has begun.
  bool begun() const;
  /// Returns the trainer of the present or last stage. Throws StateError before the first.
  Trainer trainer() const;
  /// Returns how far the training has come, also when it was restored and no stage has begun since.
  Position position() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace luge::train
