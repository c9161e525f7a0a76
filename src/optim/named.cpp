#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "luge/optim/optimizers.h"

namespace luge::optim {
namespace {

/// Takes settings by name; what nobody took is an error.
class Settings {
 public:
  Settings(std::string optimizer, const std::map<std::string, double>& given)
      : optimizer_(std::move(optimizer)), left_(given) {}

  void take(const std::string& name, double& value) {
    known_.push_back(name);
    if (const auto found = left_.find(name); found != left_.end()) {
      value = found->second;
      left_.erase(found);
    }
  }
  void finish() const {
    if (left_.empty()) return;
    throw ValueError(fmt::format("optimizer {} has no setting '{}'; it has {}", optimizer_, left_.begin()->first,
                                 fmt::join(known_, ", ")));
  }

 private:
  std::string optimizer_;
  std::map<std::string, double> left_;
  std::vector<std::string> known_;
};

}  // namespace

Optimizer named(const std::string& name, double learning_rate, const std::map<std::string, double>& given,
                const OptimizerOptions& options) {
  Settings settings(name, given);
  if (name == "gradient-descent" || name == "sgd") {
    OptimizerOptions chosen = options;
    settings.take("weight_decay", chosen.weight_decay);
    settings.finish();
    return GradientDescent(learning_rate, chosen);
  }
  if (name == "momentum" || name == "nesterov") {
    MomentumOptions chosen;
    OptimizerOptions common = options;
    chosen.nesterov = name == "nesterov";
    settings.take("momentum", chosen.momentum);
    settings.take("weight_decay", common.weight_decay);
    settings.finish();
    return Momentum(learning_rate, chosen, common);
  }
  if (name == "adam" || name == "adamw") {
    AdamOptions chosen;
    OptimizerOptions common = options;
    if (name == "adamw") {
      common.decay = Decay::decoupled;
      common.weight_decay = 0.01;
    }
    settings.take("beta1", chosen.beta1);
    settings.take("beta2", chosen.beta2);
    settings.take("epsilon", chosen.epsilon);
    settings.take("weight_decay", common.weight_decay);
    settings.finish();
    return Adam(learning_rate, chosen, common);
  }
  throw ValueError(fmt::format("no optimizer is called '{}'; there are {}", name, fmt::join(names(), ", ")));
}

std::vector<std::string> names() { return {"gradient-descent", "momentum", "nesterov", "adam", "adamw"}; }

}  // namespace luge::optim
