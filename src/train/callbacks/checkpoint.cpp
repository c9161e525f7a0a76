#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "io/run/step_files.h"
#include "luge/error.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "train/metrics_files.h"

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

  void epoch_end(Fit& fit) override {
    const Logs logs = fit.logs();
    if (const std::string monitor = monitored(logs); !monitor.empty()) {
      const double value = value_of(logs, monitor);
      if (!measured_ || (larger_is_better(monitor) ? value > best_ : value < best_)) {
        best_ = value;
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
    return nlohmann::json{{"best", best_}, {"measured", measured_}}.dump();
  }
  void restore(const std::string& text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw FormatError("the checkpoint's state of checkpoints is no JSON object");
    best_ = json.value("best", 0.0);
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
  std::string monitored(const Logs& logs) const {
    if (!options_.monitor.empty()) return options_.monitor;
    for (const char* name : {"val_accuracy", "val_loss"}) {
      for (const auto& [known, value] : logs) {
        if (known == name) return name;
      }
    }
    return {};
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
  double best_ = 0;
  bool measured_ = false;
  std::int64_t saved_at_ = -1;
  Clock::time_point saved_when_;
};

}  // namespace

CallbackRef checkpoint(std::filesystem::path folder, const CheckpointOptions& options) {
  return std::make_shared<Checkpoint>(std::move(folder), options);
}

}  // namespace luge::train
