// The training loop.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "luge/all_or_nothing.h"
#include "luge/data/spent.h"
#include "luge/error.h"
#include "luge/nn/observe.h"
#include "luge/random.h"
#include "train/ending.h"
#include "train/judge.h"
#include "train/last_rate.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

using Clock = std::chrono::steady_clock;

// The fields that a training reads: what the task needs and what the network is given.
std::vector<std::string> fields_read(const Trainer& trainer, const data::Info& info) {
  std::vector<std::string> fields;
  const auto add = [&](const std::string& name) {
    if (info.fields.find(name) && std::find(fields.begin(), fields.end(), name) == fields.end())
      fields.push_back(name);
  };
  for (const std::string& name : trainer.net().input_names()) add(name);
  for (const Need& need : trainer.task().needs()) add(need.field);
  return fields;
}

void check_data(const Trainer& trainer, const data::Batches& training, const FitOptions& options) {
  const auto refuse_empty = [](const data::Batches& batches, std::string_view role) {
    if (batches.size() > 0) return;
    throw ValueError(fmt::format("fit: the {} data {} has {} samples, no batch of {}", role,
                                 batches.dataset().info().name, batches.dataset().size(),
                                 batches.batch_size()));
  };
  if (options.steps < 0)
    throw ValueError(fmt::format("fit: steps is {}; expected at least 0", options.steps));
  if (options.epochs < 0)
    throw ValueError(fmt::format("fit: epochs is {}; expected at least 0", options.epochs));
  refuse_empty(training, "training");
  check_needs("fit", trainer.task().needs(), training.dataset().info());
  if (trainer.optimizer().searches() && training.size() > 1) {
    throw ValueError(fmt::format(
        "fit: {} needs all data in each step, and batches of {} of {} samples are {}; use batch={}, or "
        "another optimizer",
        trainer.optimizer().name(), training.batch_size(), training.dataset().size(), training.size(),
        training.dataset().size()));
  }
  if (!options.validation) return;
  refuse_empty(*options.validation, "validation");
  const data::Info &a = training.dataset().info(), &b = options.validation->dataset().info();
  for (const std::string& name : fields_read(trainer, a)) {
    const auto other = b.fields.find(name);
    const data::Field& expected = a.fields.at(name);  // unknown extents: training with several sizes
    if (other && (b.fields[*other] == expected || expected.fits(b.fields[*other]))) continue;
    throw ShapeError(fmt::format("fit: the validation data has {}; expected {} as the training data",
                                 b.fields.to_string(), a.fields.to_string()));
  }
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

/// One call of fit.
class FitRun {
 public:
  FitRun(Trainer& trainer, Trainer::Impl& impl, const data::Batches& training, const FitOptions& options)
      : trainer_(trainer), impl_(impl), training_(training), options_(options) {}

  History run() {
    const auto start = Clock::now();
    begin();
    const nn::ModeScope train_mode(*impl_.net, true);
    try {
      tell([](Callback& c, Fit& fit) { c.train_begin(fit); });
      while (impl_.position.epoch < options_.epochs && steps_left() > 0 && !fit_.stopping()) run_epoch();
      tell([](Callback& c, Fit& fit) { c.train_end(fit); });
      tell([](Callback& c, Fit& fit) { c.fit_end(fit); });
    } catch (...) {
      for (const CallbackRef& callback : impl_.callbacks) {
        if (auto* ending = dynamic_cast<Ending*>(callback.get())) ending->failed();
      }
      throw;
    }
    impl_.history.steps = impl_.position.total_steps;
    impl_.history.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    impl_.history.stop_reason = fit_.stop_reason;
    impl_.history.interrupted = fit_.step_is_open;
    return impl_.history;
  }

 private:
  void begin() {
    trainer_.prepare(training_.dataset().info());
    take_position();
    impl_.callbacks = options_.callbacks;
    std::stable_partition(impl_.callbacks.begin(), impl_.callbacks.end(),
                          [](const CallbackRef& c) { return !c->runs_last(); });
    for_each_state(impl_.callbacks, [&](const std::string& key, Callback& callback) {
      const auto saved = impl_.callback_states.find(key);
      if (saved != impl_.callback_states.end()) callback.restore(saved->second);
      const auto tensors = impl_.callback_tensors.find(key);
      if (tensors != impl_.callback_tensors.end()) callback.restore_tensors(tensors->second);
    });
    fit_.columns = impl_.history.columns = impl_.columns(options_.validation.has_value());
    fit_.trainer = &trainer_;
    fit_.epochs = options_.epochs;
    fit_.epoch = impl_.position.epoch;
    fit_.step = impl_.position.step;
    fit_.total_steps = impl_.position.total_steps;
    fit_.steps = training_.size();
    if (options_.steps_per_epoch > 0) fit_.steps = std::min(fit_.steps, options_.steps_per_epoch);
    fit_.logs = [this] { return shown_; };
  }

  void take_position() {
    const DataMark data = DataMark::of_training(training_);
    const DataMark validation =
        options_.validation ? DataMark::of_validation(*options_.validation) : DataMark();
    if (!impl_.restored) {
      impl_.position = {.total_steps = impl_.before.steps,
                        .losses = impl_.no_sums(),
                        .stage = impl_.before.stage,
                        .stage_name = impl_.before.name};
      impl_.history = {};
      impl_.history.epochs = impl_.before.epochs;
      impl_.callback_states.clear();
      impl_.callback_tensors.clear();
      for (const Trained& each : impl_.steps.trained()) each.optimizer.forget_accumulated();
    } else if (!options_.accept_changed_data) {
      // A checkpoint that was written before the first step knows no data.
      if (!impl_.data.text().empty()) check_same_data("training", impl_.data, data);
      // A validation may begin or end with a resumption.
      if (!impl_.validation.text().empty() && !validation.text().empty())
        check_same_data("validation", impl_.validation, validation);
    }
    impl_.restored = false;
    impl_.data = data;
    impl_.validation = validation;
  }

  std::int64_t steps_left() const {
    if (options_.steps == 0) return std::numeric_limits<std::int64_t>::max();
    return options_.steps - (impl_.position.total_steps - impl_.before.steps);
  }

  template <class Call>
  void tell(Call call) {
    for (const CallbackRef& callback : impl_.callbacks) call(*callback, fit_);
  }

  void run_epoch() {
    const auto start = Clock::now();
    Position& position = impl_.position;
    fit_.epoch = position.epoch;
    fit_.step = position.step;
    fit_.total_steps = position.total_steps;
    fit_.samples = 0;
    fit_.step_seconds = fit_.data_seconds = 0;
    fit_.step_is_open = true;
    fit_.logs = [this] { return impl_.logs(impl_.position.losses, impl_.steps.measures()); };
    if (position.step == 0) {
      for (const Measure& measure : impl_.steps.measures()) measure.metric.reset();
    }
    tell([](Callback& c, Fit& fit) { c.epoch_begin(fit); });
    // Batches that were waiting for the last of their update are read again.
    std::int64_t waiting = impl_.steps.keeps_batches() ? position.step % impl_.accumulate : 0;
    auto epoch = training_.epoch(position.epoch, position.step - waiting);
    waiting_.clear();
    while (waiting > 0 || (position.step < fit_.steps && steps_left() > 0)) {
      const auto asked = Clock::now();
      auto batch = epoch.next();
      if (!batch) break;
      fit_.data_seconds += seconds_since(asked);
      if (waiting > 0) {
        waiting_.push_back({*batch, batch->to_tensors()});
        --waiting;
        continue;
      }
      const auto begun = Clock::now();
      step(*batch);
      fit_.step_seconds += seconds_since(begun);
      fit_.samples += batch->rows;
      tell([](Callback& c, Fit& fit) { c.step_end(fit); });
      data::give_back(std::move(*batch));
      if (fit_.stopping()) return;
    }
    finish_epoch(std::chrono::duration<double>(Clock::now() - start).count());
  }

  void step(const data::HostBatch& batch) {
    Position& position = impl_.position;
    if (!checked_) check_ = impl_.task->checks(impl_.net, batch), checked_ = true;
    if (check_) check_(batch);
    const data::Batch tensors = batch.to_tensors();
    const bool last = position.step + 1 == fit_.steps || steps_left() == 1;
    const bool update = last || (position.step + 1) % impl_.accumulate == 0;
    const random::State draws = random::state();
    bool updated = update;
    try {
      Part part = impl_.steps.whole(position.updates + 1);
      part.update = update;
      if (impl_.steps.keeps_batches()) {
        waiting_.push_back({batch, tensors});
        if (update) step_with_waiting(part);
      } else {
        run_part(part, tensors);
      }
    } catch (const NonFiniteError& error) {
      random::set_state(draws);
      if (!impl_.steps.keeps_batches()) waiting_ = {{batch, tensors}};
      refused(error.what());
      waiting_.clear();
      updated = false;
    }
    position.updates += updated;
    fit_.step = ++position.step;
    fit_.total_steps = ++position.total_steps;
  }

  void run_part(const Part& part, const data::Batch& tensors) {
    if (!trainer_.optimizer().searches())
      return Trainer::Impl::add(impl_.steps.run(part, tensors), impl_.position.losses);
    // A search is several programs: what the first of them assigned is taken back when a later one fails.
    AllOrNothing assigned;
    for (const auto& [name, variable] : impl_.state()) AllOrNothing::remember(variable);
    const std::vector<StepResult> results = impl_.steps.run(part, tensors);
    assigned.keep();
    Trainer::Impl::add(results, impl_.position.losses);
  }

  // One update from several batches, objective after objective: later ones see what earlier ones updated.
  void step_with_waiting(const Part& part) {
    AllOrNothing assigned;
    for (const auto& [name, variable] : impl_.state()) AllOrNothing::remember(variable);
    std::vector<LossSum> sums = impl_.position.losses;
    for (Part group : impl_.steps.groups(part)) {
      const std::int64_t repeats = impl_.steps.trained()[group.objectives[0]].objective.repeats;
      for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
        for (std::size_t k = 0; k < waiting_.size(); ++k) {
          group.update = k + 1 == waiting_.size();
          const std::vector<StepResult> results = impl_.steps.run(group, waiting_[k].tensors);
          if (repeat == 0) Trainer::Impl::add(results, sums);
        }
        group.measure = false;
      }
    }
    assigned.keep();
    impl_.position.losses = std::move(sums);
    waiting_.clear();
  }

  // A callback may leave the batches out; otherwise the training ends.
  void refused(const std::string& what) {
    const std::function<std::string()> why = [&] {
      const Position& position = impl_.position;
      return fmt::format("step {} (epoch {}, step {} of {}): {}; nothing was changed",
                         position.total_steps + 1, position.epoch + 1, position.step + 1, fit_.steps,
                         why_refused(impl_, waiting_, what));
    };
    const RefusedStep step{fit_, waiting_, why};
    std::vector<Judge*> judges;
    for (const CallbackRef& callback : impl_.callbacks) {
      if (auto* judge = dynamic_cast<Judge*>(callback.get())) judges.push_back(judge);
    }
    for (Judge* judge : judges) {
      if (judge->leaves_out(step)) return;
    }
    std::string text = why() + "; a smaller learning rate or clipped gradients may help";
    for (Judge* judge : judges) text += judge->keep(step);
    throw NonFiniteError(text);
  }

  void finish_epoch(double seconds) {
    Position& position = impl_.position;
    shown_ = impl_.logs(position.losses, impl_.steps.measures());
    move_norms();
    if (options_.validation) {
      for (const auto& [name, value] : trainer_.evaluate(*options_.validation).metrics)
        shown_.emplace_back(std::string(kValidation) + name, value);
    }
    impl_.history.epochs.push_back({position.epoch, position.total_steps, seconds, shown_,
                                    rate_of_last_step(trainer_.optimizer()), position.stage_name});
    position.epoch += 1;
    position.step = 0;
    position.losses = impl_.no_sums();
    fit_.step_is_open = false;
    fit_.logs = [this] { return shown_; };
    tell([](Callback& c, Fit& fit) { c.epoch_end(fit); });
    if (impl_.steps.converged()) fit_.stop(trainer_.optimizer().name() + " has converged");
  }

  // The statistics of batch norms for averages of the parameters.
  void move_norms() {
    const std::optional<Average>& average = impl_.steps.average();
    std::int64_t left = average ? average->norm_batches() : 0;
    if (left == 0) return;
    auto epoch = training_.epoch(impl_.position.epoch);
    for (; left > 0; --left) {
      const auto batch = epoch.next();
      if (!batch) break;
      impl_.steps.move_norms(batch->to_tensors());
    }
  }

  Trainer& trainer_;
  Trainer::Impl& impl_;
  const data::Batches& training_;
  const FitOptions& options_;
  Fit fit_;
  Logs shown_;
  std::function<void(const data::HostBatch&)> check_;
  bool checked_ = false;
  std::vector<UsedBatch> waiting_;  // for the last batch of their update
};

History Trainer::fit(const data::Batches& training, const FitOptions& options) {
  check_data(*this, training, options);
  if (const std::optional<Average>& average = impl_->steps.average()) average->refresh();
  return FitRun(*this, *impl_, training, options).run();
}

}  // namespace luge::train
