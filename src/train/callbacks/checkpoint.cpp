#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "io/run/step_files.h"
#include "luge/error.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "train/metrics_files.h"
#include "train/monitor.h"

namespace luge::train {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

class Checkpoint final : public Callback {
 public:
  Checkpoint(fs::path folder, const CheckpointOptions& options)
      : folder_(std::move(folder)), checkpoints_(folder_ / "checkpoints"), options_(options) {
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

  void step_end(Fit& fit) override {
    if (options_.every == 0 || fit.total_steps % options_.every != 0) return;
    guarded([&] {
      fit.trainer->save(
          io::step_file(checkpoints_, "step", static_cast<std::uint64_t>(fit.total_steps)).string());
      io::prune_step_files(checkpoints_, "step", static_cast<std::size_t>(options_.keep));
    });
  }

  void train_begin(Fit& fit) override {
    const std::string name = options_.monitor.empty() ? default_monitor(fit.columns) : options_.monitor;
    monitor_.reset();
    if (!name.empty()) monitor_ = find_monitor("checkpoint", name, options_.better, fit.columns);
  }

  void epoch_end(Fit& fit) override {
    if (monitor_) {
      const Score score = score_of(fit.logs(), *monitor_);
      if (measured_ ? beats(score, best_, *monitor_) : !std::isnan(score.value)) {
        best_ = score;
        measured_ = true;
        guarded([&] { fit.trainer->save((checkpoints_ / "best.safetensors").string()); });
      }
    }
    // Epochs may last a millisecond: what a crash can cost is a second of work.
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
    if (!json.is_object()) throw FormatError("the checkpoint's state of checkpoints is no JSON object");
    best_.value = json.value("best", 0.0);
    const auto tie = json.find("tie");  // null stands for NaN
    best_.tie =
        tie != json.end() && tie->is_number() ? tie->get<double>() : std::numeric_limits<double>::quiet_NaN();
    measured_ = json.value("measured", false);
  }

 private:
  void save_last(Fit& fit) {
    guarded([&] {
      fit.trainer->save((checkpoints_ / "last.safetensors").string());
      write_metrics(folder_, fit.trainer->history());
    });
    saved_at_ = fit.total_steps;
    saved_when_ = Clock::now();
  }
  template <class Save>
  void guarded(Save save) {
    try {
      save();
    } catch (const FileError& error) {
      if (options_.on_error == OnSaveError::stop) throw;
      if (options_.warn) options_.warn(error.what());
    }
  }

  fs::path folder_, checkpoints_;
  CheckpointOptions options_;
  std::optional<Monitor> monitor_;
  Score best_;
  bool measured_ = false;
  std::int64_t saved_at_ = -1;
  Clock::time_point saved_when_;
};

}  // namespace

CallbackRef checkpoint(std::filesystem::path folder, const CheckpointOptions& options) {
  return std::make_shared<Checkpoint>(std::move(folder), options);
}

}  // namespace luge::train
