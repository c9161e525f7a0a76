// Callbacks that end a training early.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "luge/all_or_nothing.h"
#include "luge/error.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "train/monitor.h"

namespace luge::train {
namespace {

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
  // A training that was stopped stays stopped when it is resumed, unless its patience is longer now.
  void train_begin(Fit& fit) override {
    monitor_ = find_monitor("early_stopping", options_.monitor, options_.better, fit.columns);
    if (fit.epoch == 0 && fit.step == 0) {  // a new training, or a new stage of one
      measured_ = false;
      waited_ = 0;
      kept_.clear();
    } else if (waited_ >= options_.patience) {
      stop(fit);
    }
  }
  void epoch_end(Fit& fit) override {
    const double value = value_of(fit.logs(), monitor_.name);
    if (measured_ ? monitor_.improves(value, best_, options_.min_delta) : !std::isnan(value)) {
      best_ = value;
      measured_ = true;
      waited_ = 0;
      if (options_.restore_best) keep(*fit.trainer);
    } else if (++waited_ >= options_.patience) {
      stop(fit);
    }
  }
  // The newest weights are what a resumption goes on from, also with more patience.
  void fit_end(Fit& fit) override {
    if (!fit.step_is_open) give_back(*fit.trainer);
  }
  std::string name() const override { return "early_stopping"; }
  std::vector<std::pair<std::string, Tensor>> tensors() const override { return kept_; }
  void restore_tensors(const std::vector<std::pair<std::string, Tensor>>& tensors) override {
    if (options_.restore_best) kept_ = tensors;
  }
  std::string state() const override {
    return nlohmann::json{{"best", best_}, {"measured", measured_}, {"waited", waited_}}.dump();
  }
  void restore(const std::string& text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw FormatError("the checkpoint's state of early stopping is not a JSON object");
    const auto best = json.find("best");  // null where it was not finite
    measured_ = json.value("measured", false) && best != json.end() && best->is_number();
    best_ = measured_ ? best->get<double>() : 0;
    waited_ = json.value("waited", std::int64_t{0});
  }

 private:
  void stop(Fit& fit) const {
    fit.stop(measured_ ? fmt::format("{} has not improved on {:.4f} for {} epochs", options_.monitor, best_,
                                     waited_)
                       : fmt::format("{} was nan for {} epochs", options_.monitor, waited_));
  }

  void keep(const Trainer& trainer) {
    kept_.clear();
    for (const auto& [name, variable] : trainer.weights()) kept_.emplace_back(name, variable.value());
  }
  void give_back(const Trainer& trainer) const {
    const std::map<std::string, Tensor> kept(kept_.begin(), kept_.end());
    AllOrNothing assigned;
    for (auto& [name, variable] : trainer.weights()) {
      if (const auto found = kept.find(name); found != kept.end()) variable.assign(found->second);
    }
    assigned.keep();
  }

  EarlyStoppingOptions options_;
  Monitor monitor_;
  double best_ = 0;
  bool measured_ = false;
  std::int64_t waited_ = 0;
  std::vector<std::pair<std::string, Tensor>> kept_;  // the weights of the best epoch
};

class StopAt final : public Callback {
 public:
  StopAt(std::string name, double value, std::optional<metrics::Better> better)
      : name_(std::move(name)), value_(value), better_(better) {}
  void train_begin(Fit& fit) override {
    monitor_ = find_monitor("stop_at", name_, better_, fit.columns);
    if (fit.epoch == 0 || fit.step > 0) return;
    const auto& epochs = fit.trainer->history().epochs;
    if (epochs.empty()) return;
    for (const auto& [name, value] : epochs.back().logs) {  // a validation may begin only now
      if (name == name_) return check(fit, epochs.back().logs);
    }
  }
  void epoch_end(Fit& fit) override { check(fit, fit.logs()); }

 private:
  void check(Fit& fit, const Logs& logs) const {
    const double value = value_of(logs, name_);
    if (monitor_.reaches(value, value_)) fit.stop(fmt::format("{} reached {:.4f}", name_, value));
  }

  std::string name_;
  double value_;
  std::optional<metrics::Better> better_;
  Monitor monitor_;
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
CallbackRef stop_at(std::string monitor, double value, std::optional<metrics::Better> better) {
  return std::make_shared<StopAt>(std::move(monitor), value, better);
}
CallbackRef stop_when(std::function<bool()> asked, std::string reason) {
  return std::make_shared<StopWhen>(std::move(asked), std::move(reason));
}

}  // namespace luge::train
