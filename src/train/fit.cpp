// The training loop.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "luge/error.h"
#include "luge/nn/observe.h"
#include "luge/ops/reduce.h"
#include "train/diagnose.h"
#include "train/targets.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

using Clock = std::chrono::steady_clock;

void check_data(const data::Batches& training, const FitOptions& options) {
  const auto refuse_empty = [](const data::Batches& batches, std::string_view role) {
    if (batches.size() > 0) return;
    throw ValueError(fmt::format("fit: the {} data {} has {} samples, no batch of {}", role,
                                 batches.dataset().info().name, batches.dataset().size(),
                                 batches.batch_size()));
  };
  if (options.epochs < 0)
    throw ValueError(fmt::format("fit: epochs is {}; expected at least 0", options.epochs));
  refuse_empty(training, "training");
  if (!training.dataset().info().target()) {
    throw ValueError(fmt::format("fit: {} has no targets to train on", training.dataset().info().name));
  }
  if (!options.validation) return;
  refuse_empty(*options.validation, "validation");
  const data::Info &a = training.dataset().info(), &b = options.validation->dataset().info();
  const data::Field *of_a = a.target(), *of_b = b.target();
  if (a.input() != b.input() || !of_b || *of_a != *of_b) {
    const auto text = [](const data::Info& info) {
      return fmt::format("{} with targets {}", info.input().to_string(),
                         info.target() ? info.target()->to_string() : "none");
    };
    throw ShapeError(
        fmt::format("fit: the validation data is {}; expected {} as the training data", text(b), text(a)));
  }
}

// Names of network and training must be distinct: tensors with equal names could not be saved.
void check_names(const std::vector<nn::NamedVariable>& state) {
  std::set<std::string_view> names;
  for (const auto& [name, variable] : state) {
    if (names.insert(name).second) continue;
    throw ValueError(fmt::format("Trainer: two tensors are named '{}'; names must differ to be saved", name));
  }
}

double rate_of_last_step(const optim::Optimizer& optimizer) {
  const std::int64_t last = std::max<std::int64_t>(optimizer.steps() - 1, 0);
  return optimizer.learning_rate() * optimizer.options().schedule.at(last);
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
    tell([](Callback& c, Fit& fit) { c.train_begin(fit); });
    while (impl_.position.epoch < options_.epochs && !fit_.stopping()) run_epoch();
    tell([](Callback& c, Fit& fit) { c.train_end(fit); });
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
      impl_.position = {};
      impl_.history = {};
      impl_.callback_states.clear();
      impl_.optimizer.forget_accumulated();
    } else if (!options_.accept_changed_data) {
      check_same_data("training", impl_.data, data);
      // A validation may begin or end with a resumption.
      if (!impl_.validation.text().empty() && !validation.text().empty())
        check_same_data("validation", impl_.validation, validation);
    }
    impl_.restored = false;
    impl_.data = data;
    impl_.validation = validation;
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
    fit_.step_is_open = true;
    fit_.logs = [this] { return impl_.logs(impl_.position.loss_sum, impl_.position.weight, impl_.metrics); };
    if (position.step == 0) {
      for (const metrics::Metric& metric : impl_.metrics) metric.reset();
    }
    tell([](Callback& c, Fit& fit) { c.epoch_begin(fit); });
    auto epoch = training_.epoch(position.epoch, position.step);
    while (position.step < fit_.steps) {
      const auto batch = epoch.next();
      if (!batch) break;
      step(*batch);
      tell([](Callback& c, Fit& fit) { c.step_end(fit); });
      if (fit_.stopping()) return;
    }
    finish_epoch(std::chrono::duration<double>(Clock::now() - start).count());
  }

  void step(const data::HostBatch& batch) {
    Position& position = impl_.position;
    if (!expected_) expected_ = impl_.targets_for(batch);
    check_targets(batch, *expected_);
    const data::Batch tensors = batch.to_tensors();
    try {
      const bool update = (position.step + 1) % impl_.accumulate == 0 || position.step + 1 == fit_.steps;
      const Step& run = update ? impl_.train_step : impl_.accumulate_step;
      impl_.add(run(tensors.input, tensors.target), position.loss_sum, position.weight);
    } catch (const NonFiniteError& error) {
      fail_step(tensors, error.what());
    }
    fit_.step = ++position.step;
    fit_.total_steps = ++position.total_steps;
  }

  [[noreturn]] void fail_step(const data::Batch& batch, const std::string& what) {
    const Position& position = impl_.position;
    const std::string where = fmt::format("step {} (epoch {}, step {} of {}): {}", position.total_steps + 1,
                                          position.epoch + 1, position.step + 1, fit_.steps, what);
    const std::string culprit = first_non_finite(*impl_.net, {batch.input});
    const bool loss_is_finite = culprit.empty() && has_finite_loss(batch);
    if (loss_is_finite) {
      // A step that overflows, or running statistics, are not a matter of a derivative.
      const bool of_gradient = what.starts_with("the gradient") && what.find("as large as") == what.npos;
      throw NonFiniteError(fmt::format(
          "{}; the loss is finite{}; nothing was changed", where,
          of_gradient ? ", so a derivative is not finite, such as that of a square root or logarithm at 0"
                      : ""));
    }
    throw NonFiniteError(
        fmt::format("{}; {}; a smaller learning rate or clipped gradients may help", where,
                    culprit.empty() ? "all layers' outputs are finite, so the loss function itself overflowed"
                                    : "first of all, " + culprit));
  }

  bool has_finite_loss(const data::Batch& batch) const {
    const nn::Probe probe(*impl_.net, true);
    return std::isfinite(sum(impl_.loss(impl_.net(batch.input), batch.target)).item<double>());
  }

  void finish_epoch(double seconds) {
    Position& position = impl_.position;
    shown_ = impl_.logs(position.loss_sum, position.weight, impl_.metrics);
    if (options_.validation) {
      for (const auto& [name, value] : trainer_.evaluate(*options_.validation).metrics)
        shown_.emplace_back(std::string(kValidation) + name, value);
    }
    impl_.history.epochs.push_back(
        {position.epoch, position.total_steps, seconds, shown_, rate_of_last_step(impl_.optimizer)});
    position = {position.epoch + 1, 0, position.total_steps, 0, 0};
    fit_.step_is_open = false;
    fit_.logs = [this] { return shown_; };
    tell([](Callback& c, Fit& fit) { c.epoch_end(fit); });
  }

  Trainer& trainer_;
  Trainer::Impl& impl_;
  const data::Batches& training_;
  const FitOptions& options_;
  Fit fit_;
  Logs shown_;
  std::optional<loss::Targets> expected_;
};

void Trainer::prepare(const data::Info& info) {
  Impl& impl = *impl_;
  if (!impl.net->built()) impl.net->build(info.input().shape, info.input().dtype);
  impl.optimizer.track(impl.net->named_parameters());
  check_names(impl.state());
  nn::Metadata metadata = impl.net->metadata();
  metadata.data = info.name;
  metadata.input = info.input().shape;  // the first call may have had other inputs
  metadata.dtype = info.input().dtype;
  if (info.preprocessing) {
    metadata.offset = info.preprocessing->offset;
    metadata.scale = info.preprocessing->scale;
  }
  metadata.classes = info.classes;
  metadata.features = info.features;
  metadata.target = info.target_name;
  const std::string& loss = impl.loss.name();
  metadata.output = loss == "softmax_cross_entropy"  ? nn::Output::logits
                    : loss == "binary_cross_entropy" ? nn::Output::binary_logits
                                                     : nn::Output::values;
  impl.net->set_metadata(std::move(metadata));
}

History Trainer::fit(const data::Batches& training, const FitOptions& options) {
  check_data(training, options);
  return FitRun(*this, *impl_, training, options).run();
}

}  // namespace luge::train
