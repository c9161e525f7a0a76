// Optimizers by name: each registers itself in its own file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "luge/optim/optimizer.h"

namespace luge::optim {

/// Settings by name, as the shell gives them; one that is not taken is an error.
class Settings {
 public:
  explicit Settings(const std::map<std::string, double>& given) : left_(given) {}
  /// Sets `value` when the name was given. `elsewhere`: what other optimizers call it, for the error.
  void take(const std::string& name, double& value, const std::vector<std::string>& elsewhere = {});
  /// What the error tells people who give `other`: "optimizer=momentum".
  void means(const std::string& other, const std::string& name) { meant_[other] = name; }
  /// Throws ValueError naming what was not taken, and what can be; `whose` is "optimizer adam".
  void finish(const std::string& whose) const;

 private:
  std::map<std::string, double> left_;
  std::vector<std::string> known_;
  std::map<std::string, std::string> meant_;  // other names and the ones taken
};

/// Takes its settings and makes the optimizer.
using MakeNamed = Optimizer (*)(double learning_rate, Settings& settings, const OptimizerOptions& common);

/// False when the name is taken.
bool add_named(const std::string& name, MakeNamed make);

}  // namespace luge::optim
