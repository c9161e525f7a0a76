// The training loop.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "luge/error.h"
#include "luge/random.h"
#include "train/diagnose.h"
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
  if (!training.dataset().info().target) {
    throw ValueError(fmt::format("fit: {} has no targets to train on", training.dataset().info().name));
  }
  if (!options.validation) return;
  refuse_empty(*options.validation, "validation");
  const data::Info &a = training.dataset().info(), &b = options.validation->dataset().info();
  if (a.input != b.input || a.target != b.target) {
    const auto text = [](const data::Info& info) {
      return fmt::format("{} with targets {}", info.input.to_string(),
                         info.target ? info.target->to_string() : "none");
    };
    throw ShapeError(
        fmt::format("fit: the validation data is {}; expected {} as the training data", text(b), text(a)));
  }
}

// Labels are whole numbers, one a sample; the network's outputs say how many classes there are.
std::int64_t classes_of(const nn::Model& net, const data::Info& info, const data::HostBatch& batch) {
  if (!info.target || !is_integer(info.target->dtype) || info.target->shape.rank() != 0) return 0;
  const random::State before = random::state();
  const Shape outputs = net(batch.to_tensors().input).shape();
  random::set_state(before);
  if (outputs.rank() < 2) return 0;
  return std::max<std::int64_t>(2, outputs[outputs.rank() - 1]);  // one output tells two classes apart
}

}  // namespace

void check_labels(const data::HostBatch& batch, std::int64_t classes) {
  if (classes == 0) return;
  const auto check = [&]<class T>(std::span<const T> labels) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto label = static_cast<std::int64_t>(labels[i]);
      if (label >= 0 && label < classes) continue;
      throw IndexError(
          fmt::format("{}: label {} is no class; expected 0 to {} (the network tells {} classes apart)",
                      batch.where(static_cast<std::int64_t>(i)), label, classes - 1, classes));
    }
  };
  switch (batch.target.field.dtype) {
    case DType::i64: return check(batch.target.as<std::int64_t>());
    case DType::i32: return check(batch.target.as<std::int32_t>());
    case DType::u8: return check(batch.target.as<std::uint8_t>());
    default: return;
  }
}

/// One call of fit.
class FitRun {
 public:
  FitRun(Trainer& trainer, Trainer::Impl& impl, const data::Batches& training, const FitOptions& options)
      : trainer_(trainer), impl_(impl), training_(training), options_(options) {}

  History run() {
    const auto start = Clock::now();
    begin();
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
    for (const CallbackRef& callback : impl_.callbacks) {
      const auto saved = impl_.callback_states.find(callback->name());
      if (saved != impl_.callback_states.end()) callback->restore(saved->second);
    }
    impl_.net->set_training(true);
    fit_.trainer = &trainer_;
    fit_.figures = trainer_.figures(options_.validation.has_value());
    fit_.epochs = options_.epochs;
    fit_.steps = training_.size();
    if (options_.steps_per_epoch > 0) fit_.steps = std::min(fit_.steps, options_.steps_per_epoch);
    fit_.logs = [this] { return shown_; };
  }

  void take_position() {
    const std::string data =
        fmt::format("{} samples in batches of {}, fingerprint {:016x}", training_.dataset().size(),
                    training_.batch_size(), training_.dataset().fingerprint());
    if (!std::exchange(impl_.restored, false)) {
      impl_.position = {};
      impl_.history = {};
      impl_.callback_states.clear();
    } else if (data != impl_.data && !options_.accept_changed_data) {
      impl_.restored = true;
      throw ValueError(fmt::format(
          "fit: the checkpoint was made on {}; this is {}; accept_changed_data goes on all the same",
          impl_.data, data));
    }
    impl_.data = data;
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
    fit_.logs = [this] { return impl_.logs(impl_.position.loss_sum, impl_.position.rows, ""); };
    if (position.step == 0) impl_.reset_metrics();
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
    if (!classes_) classes_ = classes_of(impl_.net, training_.dataset().info(), batch);
    check_labels(batch, *classes_);
    const data::Batch tensors = batch.to_tensors();
    const random::State before = random::state();
    double loss = 0;
    try {
      const bool update = (position.step + 1) % impl_.accumulate == 0 || position.step + 1 == fit_.steps;
      const auto& run = update ? impl_.train_step : impl_.gather_step;
      loss = run(tensors.input, tensors.target).item<double>();
    } catch (const NonFiniteError& error) {
      random::set_state(before);
      fail_step(tensors.input, error.what());
    }
    position.loss_sum += loss * static_cast<double>(batch.rows);
    position.rows += batch.rows;
    fit_.step = ++position.step;
    fit_.total_steps = ++position.total_steps;
  }

  [[noreturn]] void fail_step(const Tensor& input, const std::string& what) {
    const Position& position = impl_.position;
    const std::string culprit = first_non_finite(*impl_.net, input);
    throw NonFiniteError(fmt::format(
        "step {} (epoch {}, step {} of {}): {}; {}; a smaller learning rate or clipped gradients may help",
        position.total_steps + 1, position.epoch + 1, position.step + 1, fit_.steps, what,
        culprit.empty() ? "all layers' outputs are finite, so the loss function itself overflowed"
                        : "first of all, " + culprit));
  }

  void finish_epoch(double seconds) {
    Position& position = impl_.position;
    shown_ = impl_.logs(position.loss_sum, position.rows, "");
    if (options_.validation) {
      for (const auto& [name, value] : trainer_.evaluate(*options_.validation).metrics)
        shown_.emplace_back("val_" + name, value);
      impl_.net->set_training(true);
    }
    impl_.history.epochs.push_back({position.epoch, position.total_steps, seconds, shown_});
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
  std::optional<std::int64_t> classes_;
};

void Trainer::prepare(const data::Info& info) {
  Impl& impl = *impl_;
  if (!impl.net->built()) impl.net->build(info.input.shape, info.input.dtype);
  impl.optimizer.hold(impl.net->named_parameters());
  nn::Notes notes = impl.net->notes();
  notes.data = info.name;
  if (info.preprocessing) {
    notes.offset = info.preprocessing->offset;
    notes.scale = info.preprocessing->scale;
  }
  notes.classes = info.classes;
  notes.features = info.features;
  notes.target = info.target_name;
  const std::string& loss = impl.loss.name();
  notes.output = loss == "softmax_cross_entropy"  ? nn::Output::logits
                 : loss == "binary_cross_entropy" ? nn::Output::binary_logits
                                                  : nn::Output::values;
  impl.net->set_notes(std::move(notes));
}

History Trainer::fit(const data::Batches& training, const FitOptions& options) {
  check_data(training, options);
  return FitRun(*this, *impl_, training, options).run();
}

}  // namespace luge::train
