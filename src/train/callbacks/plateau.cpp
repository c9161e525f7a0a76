// reduce_on_plateau: lowers the learning rate when a figure does not improve.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "luge/error.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "train/monitor.h"

namespace luge::train {
namespace {

class Plateau final : public Callback {
 public:
  explicit Plateau(const PlateauOptions& options) : options_(options) {
    const auto refuse = [](const char* name, auto value, const char* expected) {
      throw ValueError(fmt::format("reduce_on_plateau: {} is {}; expected {}", name, value, expected));
    };
    if (!(options.factor > 0 && options.factor < 1)) refuse("factor", options.factor, "a number in (0, 1)");
    if (options.patience < 0) refuse("patience", options.patience, "at least 0");
    if (options.cooldown < 0) refuse("cooldown", options.cooldown, "at least 0");
    if (!(options.threshold >= 0)) refuse("threshold", options.threshold, "at least 0");
    if (!(options.smallest >= 0)) refuse("smallest", options.smallest, "at least 0");
  }
  void train_begin(Fit& fit) override {
    monitor_ = find_monitor("reduce_on_plateau", options_.monitor, options_.better, fit.columns);
    if (fit.epoch > 0 || fit.step > 0) return;
    measured_ = false;
    waited_ = cooling_ = 0;
  }
  void epoch_end(Fit& fit) override {
    const double value = value_of(fit.logs(), monitor_.name);
    const double least = options_.relative ? options_.threshold * std::abs(best_) : options_.threshold;
    if (measured_ ? monitor_.improves(value, best_, least) : !std::isnan(value)) {
      best_ = value;
      measured_ = true;
      waited_ = 0;
    } else {
      ++waited_;
    }
    if (cooling_ > 0) {
      --cooling_;
      waited_ = 0;
    }
    if (waited_ <= options_.patience) return;
    for (const std::string& objective : fit.trainer->objectives()) lower(fit.trainer->optimizer(objective));
    cooling_ = options_.cooldown;
    waited_ = 0;
  }
  std::string name() const override { return "reduce_on_plateau"; }
  std::string state() const override {
    return nlohmann::json{
        {"best", best_}, {"measured", measured_}, {"waited", waited_}, {"cooling", cooling_}}
        .dump();
  }
  void restore(const std::string& text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) throw FormatError("the checkpoint's state of the plateau is not a JSON object");
    const auto best = json.find("best");  // null where it was not finite
    measured_ = json.value("measured", false) && best != json.end() && best->is_number();
    best_ = measured_ ? best->get<double>() : 0;
    waited_ = json.value("waited", std::int64_t{0});
    cooling_ = json.value("cooling", std::int64_t{0});
  }

 private:
  void lower(const optim::Optimizer& optimizer) const {
    const double before = optimizer.learning_rate();
    const double rate = std::max(before * options_.factor, options_.smallest);
    if (rate > 0 && rate < before) optimizer.set_learning_rate(rate);
  }

  PlateauOptions options_;
  Monitor monitor_;
  double best_ = 0;
  bool measured_ = false;
  std::int64_t waited_ = 0, cooling_ = 0;
};

}  // namespace

CallbackRef reduce_on_plateau(const PlateauOptions& options) { return std::make_shared<Plateau>(options); }

}  // namespace luge::train
