#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "io/files/pending_file.h"
#include "io/run/run_files.h"
#include "io/run/step_files.h"
#include "luge/error.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "train/diagnose.h"
#include "train/ending.h"
#include "train/metrics_files.h"
#include "train/monitor.h"

namespace luge::train {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

// A checkpoint that cannot be resumed must not replace one that can. Gradients are checked before a
// step; a sum of finite numbers, such as a weight and its step, may overflow all the same.
void check_finite_state(const Trainer& trainer, const fs::path& file) {
  std::vector<nn::NamedVariable> all = trainer.net().named_parameters();
  for (const std::string& objective : trainer.objectives()) {
    const optim::Optimizer& optimizer = trainer.optimizer(objective);
    if (!optimizer.options().check_finite) return;
    for (nn::NamedVariable& slot : optimizer.state()) all.push_back(std::move(slot));
  }
  for (const auto& [name, variable] : all) {
    if (const std::string value = non_finite_element(variable.value()); !value.empty()) {
      throw NonFiniteError(
          fmt::format("{}: was not written: '{}' holds {} after step {}; what was saved before stays; a "
                      "smaller learning rate or clipped gradients may help",
                      file.string(), name, value, trainer.position().total_steps));
    }
  }
}

void save(const Trainer& trainer, const fs::path& file) {
  check_finite_state(trainer, file);
  trainer.save(file.string());
}

class Checkpoint final : public Callback, public Ending {
 public:
  Checkpoint(fs::path folder, const CheckpointOptions& options)
      : files_(folder),
        checkpoints_(folder / io::kCheckpointFolder),
        options_(options),
        best_file_(checkpoints_ / "best.safetensors") {
    std::error_code error;
    fs::create_directories(checkpoints_, error);
    if (error)
      throw FileError(fmt::format("{}: cannot make the folder: {}", checkpoints_.string(), error.message()));
    if (options.keep < 1)
      throw ValueError(fmt::format("checkpoint: keep is {}; expected at least 1", options.keep));
    if (options.every < 0)
      throw ValueError(fmt::format("checkpoint: every is {}; expected at least 0", options.every));
  }

  bool runs_last() const override { return true; }

  void train_begin(Fit& fit) override {
    const std::string name = options_.monitor.empty() ? default_monitor(fit.columns) : options_.monitor;
    monitor_.reset();
    if (!name.empty()) monitor_ = find_monitor("checkpoint", name, options_.better, fit.columns);
    fresh_ = fit.total_steps == 0;
    saved_at_ = fresh_ ? -1 : fit.total_steps;
    durable_ = best_;
    best_file_.discard();
    if (!fresh_) return files_.recall_times();
    best_ = durable_ = {};
    best_is_saved_ = false;
    files_.forget_times();
  }

  void step_end(Fit& fit) override {
    if (options_.every == 0 || fit.total_steps % options_.every != 0) return;
    const auto step = static_cast<std::uint64_t>(fit.total_steps);
    keep_best();
    if (!guarded([&] { save(*fit.trainer, io::step_file(checkpoints_, "step", step)); })) return;
    // Only now, when the new one is durable; one too many ends no training.
    besides(
        [&] { io::prune_step_files(checkpoints_, "step", static_cast<std::size_t>(options_.keep), step); });
  }

  void epoch_end(Fit& fit) override {
    // Without an update it would be the network as it was drawn.
    if (monitor_ && fit.trainer->position().updates > 0) save_best(fit, score_of(fit.logs(), *monitor_));
    // Epochs may last a millisecond; a crash costs at most a second of work.
    if (saved_at_ < 0 || Clock::now() - saved_when_ >= std::chrono::seconds(1)) save_last(fit);
  }

  void train_end(Fit& fit) override { fit.total_steps != saved_at_ ? save_last(fit) : keep_best(); }

  void failed() noexcept override {
    try {
      best_file_.commit();
    } catch (const std::exception&) {  // the training ends with the first error
    }
  }

  std::string name() const override { return "checkpoint"; }
  std::string state() const override {
    const Score best = best_.value_or(Score{});
    return nlohmann::json{{"best", best.value}, {"tie", best.tie}, {"measured", best_.has_value()}}.dump();
  }
  void restore(const std::string& text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw FormatError("the checkpoint's state of checkpoints is not a JSON object");
    const auto number = [&](const char* name) {  // null where it was not finite
      const auto found = json.find(name);
      return found != json.end() && found->is_number() ? found->get<double>()
                                                       : std::numeric_limits<double>::quiet_NaN();
    };
    best_.reset();
    if (json.value("measured", false) && !std::isnan(number("best"))) best_ = {number("best"), number("tie")};
  }

 private:
  void save_last(Fit& fit) {
    keep_best();
    if (guarded([&] { save(*fit.trainer, checkpoints_ / "last.safetensors"); })) take_over(fit.total_steps);
    besides([&] { files_.write(fit.trainer->history()); });
    saved_at_ = fit.total_steps;
    saved_when_ = Clock::now();
  }

  // Epochs may last a millisecond: the file waits, without an fsync, until the next one is written that tells
  // of it. The best figure is that of the file: an epoch whose file could not be written does not count.
  void save_best(Fit& fit, const Score& score) {
    if (best_ ? !beats(score, *best_, *monitor_) : std::isnan(score.value)) return;
    const std::optional<Score> before = best_;
    best_ = score;
    const bool saved = guarded(
        [&] { best_file_.write([&](const std::string& path) { save_best_as(*fit.trainer, path); }); });
    if (!saved) best_ = best_file_.waiting() ? before : durable_;
  }

  void save_best_as(const Trainer& trainer, const std::string& path) const {
    check_finite_state(trainer, checkpoints_ / "best.safetensors");
    trainer.save(path);
  }

  // Before anything is written that tells of the best epoch, so that what a resumption knows as the best is
  // on disk.
  void keep_best() {
    if (!best_file_.waiting()) return;
    const bool saved = guarded([&] { best_file_.commit(); });
    saved ? durable_ = best_ : best_ = durable_;
    best_is_saved_ |= saved;
  }

  // A new training in a folder that another one has used: what is left of that one would pass for
  // this one's. It is deleted once a checkpoint of this training is safe.
  void take_over(std::int64_t step) {
    if (!std::exchange(fresh_, false)) return;
    std::error_code ignored;
    for (const io::StepFile& file : io::list_step_files(checkpoints_, "step")) {
      if (file.step > static_cast<std::uint64_t>(step)) fs::remove(file.path, ignored);
    }
    if (!best_is_saved_) fs::remove(checkpoints_ / "best.safetensors", ignored);
  }

  // Returns whether `save` succeeded; throws its error unless on_error is warn.
  template <class Save>
  bool guarded(Save save) {
    try {
      save();
      return true;
    } catch (const FileError& error) {
      if (options_.on_error == OnSaveError::stop) throw;
      if (options_.warn) options_.warn(error.what());
      return false;
    }
  }

  // Work after which no checkpoint is missing does not end a training; a person is told once.
  template <class Work>
  void besides(Work work) {
    try {
      work();
    } catch (const FileError& error) {
      if (options_.warn && !std::exchange(warned_, true)) options_.warn(error.what());
    }
  }

  MetricsFiles files_;
  fs::path checkpoints_;
  CheckpointOptions options_;
  io::PendingFile best_file_;
  std::optional<Monitor> monitor_;
  std::optional<Score> best_;     // so far
  std::optional<Score> durable_;  // that of the file on disk
  bool best_is_saved_ = false;    // by this fit
  bool warned_ = false;           // by besides()
  bool fresh_ = false;            // a training from its first step, nothing of it saved yet
  std::int64_t saved_at_ = -1;
  Clock::time_point saved_when_;
};

}  // namespace

CallbackRef checkpoint(std::filesystem::path folder, const CheckpointOptions& options) {
  return std::make_shared<Checkpoint>(std::move(folder), options);
}

}  // namespace luge::train
