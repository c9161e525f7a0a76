#include "luge/train/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "luge/error.h"
#include "luge/io/model_file.h"
#include "luge/train/checkpoint_info.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

void check(const nn::Model& net, const std::vector<Stage>& stages) {
  if (!net.defined()) throw ValueError("Stages: the network is empty");
  if (stages.empty()) throw ValueError("Stages: there are none");
  std::set<std::string> names;
  for (const Stage& stage : stages) {
    const auto refuse = [&](const std::string& why) {
      throw ValueError(fmt::format("Stages: the stage '{}' {}", stage.name, why));
    };
    if (stage.name.empty()) throw ValueError("Stages: a stage has no name");
    if (!names.insert(stage.name).second) refuse("is there twice; names must differ");
    if (!stage.task) refuse("has no task");
    if (!stage.data) refuse("has no data");
    if (stage.optimizers.empty()) refuse("has no optimizer");
    if (stage.epochs < 0) refuse(fmt::format("has epochs = {}; expected at least 0", stage.epochs));
    if (stage.steps_per_epoch < 0)
      refuse(fmt::format("has steps_per_epoch = {}; expected at least 0", stage.steps_per_epoch));
    if (stage.steps < 0) refuse(fmt::format("has steps = {}; expected at least 0", stage.steps));
    if (stage.trainable.empty()) refuse("trains no parameters: its list of patterns is empty");
  }
}

// An optimizer for each objective; copies of the one named "*" for those that have none.
std::map<std::string, optim::Optimizer> optimizers_of(const Stage& stage, const nn::Model& net) {
  std::map<std::string, optim::Optimizer> all = stage.optimizers;
  const auto others = all.find("*");
  if (others == all.end()) return all;
  const optim::Optimizer like = others->second;
  all.erase(others);
  for (const Objective& objective : stage.task->objectives(net)) {
    if (!all.contains(objective.name)) all.emplace(objective.name, like.fresh());
  }
  return all;
}

// Freezes what a stage does not train, and thaws it at the end.
class Frozen {
 public:
  Frozen(const nn::Model& net, const Stage& stage) : net_(net) {
    for (const auto& [name, variable] : net->named_parameters())
      (variable.trainable() ? trainable_ : frozen_).push_back(name);
    try {
      net->set_trainable(false);
      for (const std::string& pattern : stage.trainable) net->set_trainable(pattern, true);
      for (const std::string& name : frozen_) net->set_trainable(name, false);
    } catch (...) {
      thaw();
      throw;
    }
  }
  ~Frozen() { thaw(); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  void thaw() const {
    for (const std::string& name : trainable_) net_->set_trainable(name, true);
  }
  nn::Model net_;
  std::vector<std::string> trainable_, frozen_;  // as they were before
};

// A callback whose stop ends its stage and no more.
class OfStage final : public Callback {
 public:
  OfStage(CallbackRef own, std::shared_ptr<bool> ended) : own_(std::move(own)), ended_(std::move(ended)) {}
  void train_begin(Fit& fit) override { watch(fit, &Callback::train_begin); }
  void epoch_begin(Fit& fit) override { watch(fit, &Callback::epoch_begin); }
  void step_end(Fit& fit) override { watch(fit, &Callback::step_end); }
  void epoch_end(Fit& fit) override { watch(fit, &Callback::epoch_end); }
  void train_end(Fit& fit) override { watch(fit, &Callback::train_end); }
  void fit_end(Fit& fit) override { own_->fit_end(fit); }
  std::vector<std::pair<std::string, Tensor>> tensors() const override { return own_->tensors(); }
  void restore_tensors(const std::vector<std::pair<std::string, Tensor>>& tensors) override {
    own_->restore_tensors(tensors);
  }
  std::string name() const override { return own_->name(); }
  std::string state() const override { return own_->state(); }
  void restore(const std::string& state) override { own_->restore(state); }
  bool runs_last() const override { return own_->runs_last(); }

 private:
  void watch(Fit& fit, void (Callback::*call)(Fit&)) {
    const bool before = fit.stopping();
    (own_.get()->*call)(fit);
    *ended_ |= !before && fit.stopping();
  }
  CallbackRef own_;
  std::shared_ptr<bool> ended_;
};

}  // namespace

struct Stages::Impl {
  nn::Model net;
  std::vector<Stage> stages;
  std::size_t stage = 0;
  std::optional<Trainer> trainer = {};  // of the present or last stage
  std::optional<Trainer> done = {};     // of the stage that was finished last
  std::optional<StageData> data = {};   // of the present stage
  std::string restored_from = {};       // a checkpoint that the present stage goes on from
  Position restored = {};               // its position

  Trainer trainer_of(const Stage& own) const {
    return Trainer(net, own.task, optimizers_of(own, net), own.options);
  }

  // The trainer of the present stage, after those before it.
  void begin() {
    data = stages[stage].data();
    trainer.emplace(trainer_of(stages[stage]));
    mark(*trainer, done);
    trainer->prepare(data->training.dataset().info());
  }

  // What a trainer knows of the stages before it.
  void mark(Trainer& own, const std::optional<Trainer>& before) const {
    Trainer::Impl::Before& known = own.impl_->before;
    known.stage = static_cast<std::int64_t>(stage);
    known.name = stages[stage].name;
    if (!before) return;
    known.steps = before->position().total_steps;
    known.epochs = before->history().epochs;
  }
};

Stages::Stages(nn::Model net, std::vector<Stage> stages) {
  check(net, stages);
  impl_ = std::make_shared<Impl>(Impl{std::move(net), std::move(stages), 0, {}, {}, {}});
}

History Stages::fit(const StagesOptions& options) {
  Impl& impl = *impl_;
  History history;
  double seconds = 0;
  for (; impl.stage < impl.stages.size(); ++impl.stage) {
    const Stage& stage = impl.stages[impl.stage];
    const Frozen frozen(impl.net, stage);
    impl.begin();
    if (!impl.restored_from.empty()) impl.trainer->restore(impl.restored_from);
    impl.restored_from.clear();
    const auto ended = std::make_shared<bool>(false);
    FitOptions own{.epochs = stage.epochs,
                   .validation = impl.data->validation,
                   .steps_per_epoch = stage.steps_per_epoch,
                   .steps = stage.steps,
                   .accept_changed_data = options.accept_changed_data};
    for (const CallbackRef& callback : stage.callbacks)
      own.callbacks.push_back(std::make_shared<OfStage>(callback, ended));
    if (options.callbacks) {
      for (CallbackRef& callback : options.callbacks()) own.callbacks.push_back(std::move(callback));
    }
    history = impl.trainer->fit(impl.data->training, own);
    seconds += history.seconds;
    impl.data.reset();
    if (!history.stop_reason.empty() && !*ended) break;
    impl.done = impl.trainer;
  }
  if (history.epochs.empty() && impl.trainer) history = impl.trainer->history();
  history.seconds = seconds;
  return history;
}

void Stages::save(const std::string& path) const { trainer().save(path); }

void Stages::restore(const std::string& path) {
  Impl& impl = *impl_;
  const std::optional<CheckpointInfo> info = checkpoint_info(path);
  if (!info) throw FormatError(fmt::format("{}: a network without the state of a training", path));
  const Position& position = info->position;
  if (position.stage >= static_cast<std::int64_t>(impl.stages.size()) ||
      position.stage_name != impl.stages[static_cast<std::size_t>(position.stage)].name) {
    throw FormatError(fmt::format("{}: made in stage {} ('{}'), which these stages do not have", path,
                                  position.stage + 1, position.stage_name));
  }
  impl.stage = static_cast<std::size_t>(position.stage);
  impl.trainer.reset();
  impl.done.reset();
  // The network first: the data of the stage may follow from what earlier stages have learned.
  for (auto& [variable, value] : io::read_state(path, *impl.net).values) variable.assign(value);
  impl.restored_from = path;
  impl.restored = position;
}

void Stages::look_at(std::size_t stage, const std::function<void(Trainer&, const StageData&)>& look) const {
  if (stage >= impl_->stages.size())
    throw ValueError(fmt::format("Stages: there is no stage {}; there are {}", stage, impl_->stages.size()));
  const Stage& own = impl_->stages[stage];
  const Frozen frozen(impl_->net, own);
  Trainer trainer = impl_->trainer_of(own);
  const StageData data = own.data();
  trainer.prepare(data.training.dataset().info());
  look(trainer, data);
}

std::size_t Stages::stage() const { return impl_->stage; }

bool Stages::begun() const { return impl_->trainer.has_value(); }

Position Stages::position() const { return impl_->trainer ? impl_->trainer->position() : impl_->restored; }

Trainer Stages::trainer() const {
  if (!impl_->trainer) throw StateError("Stages: no stage has begun; call fit first");
  return *impl_->trainer;
}

}  // namespace luge::train
