#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "io/run/step_files.h"
#include "luge/error.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "train/diagnose.h"
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

class Checkpoint final : public Callback {
 public:
  Checkpoint(fs::path folder, const CheckpointOptions& options)
      : files_(folder), checkpoints_(folder / "checkpoints"), options_(options) {
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
    if (!fresh_) return files_.recall_times();
    best_ = {};
    measured_ = best_is_saved_ = false;
    files_.forget_times();
  }

  void step_end(Fit& fit) override {
    if (options_.every == 0 || fit.total_steps % options_.every != 0) return;
    const auto step = static_cast<std::uint64_t>(fit.total_steps);
    guarded([&] {
      save(*fit.trainer, io::step_file(checkpoints_, "step", step));
      io::prune_step_files(checkpoints_, "step", static_cast<std::size_t>(options_.keep), step);
    });
  }

  void epoch_end(Fit& fit) override {
    if (monitor_) save_best(fit, score_of(fit.logs(), *monitor_));
    // Epochs may last a millisecond; a crash costs at most a second of work.
    if (saved_at_ < 0 || Clock::now() - saved_when_ >= std::chrono::seconds(1)) save_last(fit);
  }

  void train_end(Fit& fit) override {
    if (fit.total_steps != saved_at_) save_last(fit);
  }

  std::string name() const override { return "checkpoint"; }
  std::string state() const override {
    return nlohmann::json{{"best", best_.value}, {"tie", best_.tie}, {"measured", measured_}}.dump();
  }
  void restore(const std::string& text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw FormatError("the checkpoint's state of checkpoints is not a JSON object");
    const auto number = [&](const char* name) {  // null where it was not finite
      const auto found = json.find(name);
      return found != json.end() && found->is_number() ? found->get<double>()
                                                       : std::numeric_limits<double>::quiet_NaN();
    };
    best_ = {number("best"), number("tie")};
    measured_ = json.value("measured", false) && !std::isnan(best_.value);
  }

 private:
  void save_last(Fit& fit) {
    const bool saved = guarded([&] {
      save(*fit.trainer, checkpoints_ / "last.safetensors");
      files_.write(fit.trainer->history());
    });
    if (saved) take_over(fit.total_steps);
    saved_at_ = fit.total_steps;
    saved_when_ = Clock::now();
  }

  // The best figure is that of the file: an epoch whose file could not be written does not count.
  void save_best(Fit& fit, const Score& score) {
    if (measured_ ? !beats(score, best_, *monitor_) : std::isnan(score.value)) return;
    const auto before = std::pair(best_, measured_);
    best_ = score;
    measured_ = true;
    const bool saved = guarded([&] { save(*fit.trainer, checkpoints_ / "best.safetensors"); });
    if (!saved) std::tie(best_, measured_) = before;
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

  MetricsFiles files_;
  fs::path checkpoints_;
  CheckpointOptions options_;
  std::optional<Monitor> monitor_;
  Score best_;
  bool measured_ = false;
  bool best_is_saved_ = false;  // by this fit
  bool fresh_ = false;          // a training from its first step, nothing of it saved yet
  std::int64_t saved_at_ = -1;
  Clock::time_point saved_when_;
};

}  // namespace

CallbackRef checkpoint(std::filesystem::path folder, const CheckpointOptions& options) {
  return std::make_shared<Checkpoint>(std::move(folder), options);
}

}  // namespace luge::train
