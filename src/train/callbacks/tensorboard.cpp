// tensorboard: logs a training into the event files of a run.
#include <fmt/format.h>

#include <chrono>

#include "luge/error.h"
#include "luge/io/summary.h"
#include "luge/ops/shape.h"
#include "luge/train/trainer.h"
#include "luge/train/watching.h"
#include "train/last_rate.h"
#include "train/layer_histograms.h"

namespace luge::train {
namespace {

using Clock = std::chrono::steady_clock;

// The figures that are columns of the table where none are named: the loss, and what compares epochs.
io::Hparams with_metrics(io::Hparams hparams, const Columns& columns) {
  if (!hparams.metrics.empty()) return hparams;
  const std::string best = default_monitor(columns);
  hparams.metrics = {"loss"};
  hparams.groups = {best.empty() ? RunEvents::kTrain : RunEvents::kValidation};
  if (best.empty() || best == kValidationLoss) return hparams;
  hparams.metrics.push_back(best.substr(kValidation.size()));
  hparams.groups.emplace_back(RunEvents::kValidation);
  return hparams;
}

class TensorBoard final : public Callback {
 public:
  TensorBoard(std::shared_ptr<RunEvents> events, const TensorBoardOptions& options)
      : events_(std::move(events)), options_(options) {
    const auto refuse = [](const char* name, std::int64_t value) {
      throw ValueError(fmt::format("tensorboard: {} is {}; expected at least 0", name, value));
    };
    if (options.log_steps < 0) refuse("log_steps", options.log_steps);
    if (options.histograms.value_or(0) < 0) refuse("histograms", *options.histograms);
  }

  void train_begin(Fit& fit) override {
    begun_ = flushed_ = Clock::now();
    events_->begin(fit.total_steps);
    if (!options_.hparams.values.empty()) {
      events_->log(RunEvents::kRun, [&](io::EventWriter& writer) {
        writer.hparams(with_metrics(options_.hparams, fit.columns));
      });
    }
    if (fit.total_steps == 0) log_graph(fit.trainer->net());
    events_->flush();
  }

  void step_end(Fit& fit) override {
    if (options_.log_steps == 0 || fit.total_steps % options_.log_steps != 0) return;
    events_->log(RunEvents::kTrain, [&](io::EventWriter& writer) {
      for (const auto& [name, value] : fit.logs()) writer.scalar("steps/" + name, value, fit.total_steps);
      writer.scalar("steps/learning_rate", rate_of_last_step(fit.trainer->optimizer()), fit.total_steps);
    });
    flush_in_time();
  }

  void epoch_end(Fit& fit) override {
    const std::int64_t step = fit.total_steps;
    events_->log(RunEvents::kTrain, [&](io::EventWriter& writer) {
      for (const auto& [name, value] : fit.logs()) {
        if (!name.starts_with(kValidation)) writer.scalar(name, value, step);
      }
      writer.scalar("learning_rate", rate_of_last_step(fit.trainer->optimizer()), step);
      const EpochTiming timing = timing_of(fit);
      writer.scalar("timing/step_ms", timing.step_ms, step);
      writer.scalar("timing/data_share", timing.data_share, step);
      writer.scalar("timing/samples_per_second", timing.samples_per_second, step);
    });
    for (const auto& [name, value] : fit.logs()) {
      if (!name.starts_with(kValidation)) continue;
      events_->log(RunEvents::kValidation, [&](io::EventWriter& writer) {
        writer.scalar(name.substr(kValidation.size()), value, step);
      });
    }
    log_histograms(fit);
    flush_in_time();
  }

  void train_end(Fit& fit) override {
    if (!options_.hparams.values.empty()) {
      const bool open = fit.step_is_open;
      events_->log(RunEvents::kRun, [&](io::EventWriter& writer) {
        writer.end_hparams(open ? io::RunStatus::running : io::RunStatus::success);
      });
    }
    events_->flush();
  }

 private:
  // A task may use the network in ways that its inputs do not say; then there is no graph to show.
  void log_graph(const nn::Module& net) {
    try {
      Tensors inputs;
      for (const nn::TensorSpec& spec : net.input_specs()) {
        Shape shape = spec.shape;
        if (shape.rank() > 0) shape = shape.with(0, 1);
        if (!shape.known()) return;
        inputs.push_back(zeros(shape, spec.dtype));
      }
      const auto nodes = io::graph_of(net, inputs);
      events_->log(RunEvents::kTrain, [&](io::EventWriter& writer) { writer.graph(nodes); });
    } catch (const Error&) {
    }
  }

  void log_histograms(Fit& fit) {
    if (options_.histograms == 0 || !events_->works()) return;
    const auto begin = Clock::now();
    if (!options_.histograms) {  // as long as they take little time
      constexpr int kShare = 100;
      if (begin - begun_ < kShare * (histogram_time_ + last_histogram_time_)) return;
      log_all(weight_histograms(fit.trainer->net()), fit.total_steps);
    } else if ((fit.epoch + 1) % *options_.histograms == 0) {
      log_all(weight_histograms(fit.trainer->net()), fit.total_steps);
      if (options_.batches) {
        if (!batch_) batch_ = options_.batches->epoch(0).next()->to_tensors();
        log_all(gradient_histograms(*fit.trainer, *batch_), fit.total_steps);
        log_all(activation_histograms(fit.trainer->net(), *batch_), fit.total_steps);
      }
    }
    last_histogram_time_ = Clock::now() - begin;
    histogram_time_ += last_histogram_time_;
  }

  void log_all(const NamedHistograms& histograms, std::int64_t step) {
    events_->log(RunEvents::kTrain, [&](io::EventWriter& writer) {
      for (const auto& [tag, histogram] : histograms) writer.histogram(tag, histogram, step);
    });
  }

  // Epochs may last a millisecond.
  void flush_in_time() {
    if (Clock::now() - flushed_ < std::chrono::seconds(1)) return;
    events_->flush();
    flushed_ = Clock::now();
  }

  std::shared_ptr<RunEvents> events_;
  TensorBoardOptions options_;
  std::optional<data::Batch> batch_;
  Clock::time_point begun_, flushed_;
  Clock::duration histogram_time_{}, last_histogram_time_{};
};

}  // namespace

CallbackRef tensorboard(std::shared_ptr<RunEvents> events, const TensorBoardOptions& options) {
  return std::make_shared<TensorBoard>(std::move(events), options);
}

}  // namespace luge::train
