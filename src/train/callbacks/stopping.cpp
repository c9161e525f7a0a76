// Callbacks that end a training early.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/nearest.h"
#include "luge/error.h"
#include "luge/train/callbacks.h"

namespace luge::train {
namespace {

void check_monitor(const Fit& fit, std::string_view who, const std::string& monitor) {
  if (std::find(fit.figures.begin(), fit.figures.end(), monitor) != fit.figures.end()) return;
  throw ValueError(fmt::format("{}: '{}' is not measured{}", who, monitor, suggestion(monitor, fit.figures)));
}

class EarlyStopping final : public Callback {
 public:
  explicit EarlyStopping(const EarlyStoppingOptions& options) : options_(options) {
    if (options.patience < 1) {
      throw ValueError(fmt::format("early_stopping: patience is {}; expected at least 1", options.patience));
    }
    if (!(options.min_delta >= 0)) {
      throw ValueError(
          fmt::format("early_stopping: min_delta is {}; expected at least 0", options.min_delta));
    }
  }
  void train_begin(Fit& fit) override { check_monitor(fit, "early_stopping", options_.monitor); }
  void epoch_end(Fit& fit) override {
    const double value = value_of(fit.logs(), options_.monitor);
    const double better = larger_is_better(options_.monitor) ? value - best_ : best_ - value;
    if (!measured_ || better > options_.min_delta) {
      best_ = value;
      measured_ = true;
      waited_ = 0;
    } else if (++waited_ >= options_.patience) {
      fit.stop(fmt::format("{} has not improved on {:.4f} for {} epochs", options_.monitor, best_, waited_));
    }
  }
  std::string name() const override { return "early_stopping"; }
  std::string state() const override {
    return nlohmann::json{{"best", best_}, {"measured", measured_}, {"waited", waited_}}.dump();
  }
  void restore(const std::string& text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw FormatError("the checkpoint's state of early stopping is no JSON object");
    best_ = json.value("best", 0.0);
    measured_ = json.value("measured", false);
    waited_ = json.value("waited", std::int64_t{0});
  }

 private:
  EarlyStoppingOptions options_;
  double best_ = 0;
  bool measured_ = false;
  std::int64_t waited_ = 0;
};

class StopAt final : public Callback {
 public:
  StopAt(std::string monitor, double value) : monitor_(std::move(monitor)), value_(value) {}
  void train_begin(Fit& fit) override { check_monitor(fit, "stop_at", monitor_); }
  void epoch_end(Fit& fit) override {
    const double value = value_of(fit.logs(), monitor_);
    if (larger_is_better(monitor_) ? value >= value_ : value <= value_) {
      fit.stop(fmt::format("{} reached {:.4f}", monitor_, value));
    }
  }

 private:
  std::string monitor_;
  double value_;
};

class StopWhen final : public Callback {
 public:
  StopWhen(std::function<bool()> asked, std::string reason)
      : asked_(std::move(asked)), reason_(std::move(reason)) {}
  void step_end(Fit& fit) override {
    if (asked_()) fit.stop(reason_);
  }
  void epoch_end(Fit& fit) override { step_end(fit); }

 private:
  std::function<bool()> asked_;
  std::string reason_;
};

}  // namespace

CallbackRef early_stopping(const EarlyStoppingOptions& options) {
  return std::make_shared<EarlyStopping>(options);
}
CallbackRef stop_at(std::string monitor, double value) {
  return std::make_shared<StopAt>(std::move(monitor), value);
}
CallbackRef stop_when(std::function<bool()> asked, std::string reason) {
  return std::make_shared<StopWhen>(std::move(asked), std::move(reason));
}

}  // namespace luge::train
