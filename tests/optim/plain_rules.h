// The optimizers in plain float64, for one weight: what the tests compare with.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <string>

namespace luge::testing {

/// A weight and its moments.
struct PlainWeight {
  double w, m = 0, v = 0;
  int steps = 0;
};
using PlainRule = std::function<void(PlainWeight& p, double g, double rate)>;

inline PlainRule plain_momentum(bool nesterov) {
  return [nesterov](PlainWeight& p, double g, double rate) {
    p.v = 0.9 * p.v + g;
    p.w -= rate * (nesterov ? 0.9 * p.v + g : p.v);
  };
}

/// `decay`: the decoupled weight decay.
inline PlainRule plain_adam(double decay = 0) {
  return [decay](PlainWeight& p, double g, double rate) {
    ++p.steps;
    p.m = 0.9 * p.m + (1 - 0.9) * g;
    p.v = 0.999 * p.v + (1 - 0.999) * g * g;
    const double mean = p.m / (1 - std::pow(0.9, p.steps)), square = p.v / (1 - std::pow(0.999, p.steps));
    p.w -= rate * mean / (std::sqrt(square) + 1e-8) + rate * decay * p.w;
  };
}

/// By the names of optim::named, with its default settings.
inline const std::map<std::string, PlainRule>& plain_rules() {
  static const PlainRule descent = [](PlainWeight& p, double g, double rate) { p.w -= rate * g; };
  static const std::map<std::string, PlainRule> rules = {
      {"gradient-descent", descent},      {"sgd", descent},       {"momentum", plain_momentum(false)},
      {"nesterov", plain_momentum(true)}, {"adam", plain_adam()}, {"adamw", plain_adam(0.01)},
  };
  return rules;
}

}  // namespace luge::testing
