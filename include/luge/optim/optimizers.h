// The optimizers that come with Luge.
#pragma once

#include <map>

#include "luge/optim/optimizer.h"

namespace luge::optim {

/// w ← w - rate·g. Full batch, stochastic and mini-batch descent differ in what a batch is, not here.
class GradientDescent : public Optimizer {
 public:
  explicit GradientDescent(double learning_rate, const OptimizerOptions& options = {});
};

/// What momentum remembers of the gradients.
enum class Accumulate : std::uint8_t {
  sum,     // v ← μ·v + g: accumulated, a constant gradient ends at g/(1-μ) (PyTorch, Keras)
  average  // v ← μ·v + (1-μ)·g: exponentially weighted average
};
struct MomentumOptions {
  double momentum = 0.9;
  Accumulate accumulate = Accumulate::sum;
  bool nesterov = false;  // step along μ·v + g (or (1-μ)·g): where the momentum would lead
};
/// w ← w - rate·v. Source: PyTorch SGD.
class Momentum : public Optimizer {
 public:
  explicit Momentum(double learning_rate, const MomentumOptions& options = {},
                    const OptimizerOptions& common = {});
};

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;  // added to √v̂, behind the bias correction (PyTorch)
};
/// m ← β₁·m + (1-β₁)·g, v ← β₂·v + (1-β₂)·g², w ← w - rate·m̂/(√v̂ + ε) with m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ).
/// With weight decay and Decay::decoupled this is AdamW. Source: Kingma and Ba 2015, PyTorch Adam.
class Adam : public Optimizer {
 public:
  explicit Adam(double learning_rate = 1e-3, const AdamOptions& options = {},
                const OptimizerOptions& common = {});
};

struct AdamWOptions {
  double weight_decay = 0.01;  // w shrinks by rate·λ·w beside the step
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};
/// Adam with decoupled weight decay; that of the common options is not used. Source: Loshchilov and Hutter
/// 2019, PyTorch AdamW.
class AdamW : public Optimizer {
 public:
  explicit AdamW(double learning_rate = 1e-3, const AdamWOptions& options = {},
                 const OptimizerOptions& common = {});
};

/// By name with named settings, for the shell: "gradient-descent" (also "sgd"), "momentum", "nesterov",
/// "adam", "adamw"; settings momentum, beta1, beta2, epsilon, weight_decay, where the optimizer has them.
/// Throws ValueError listing names or settings.
Optimizer named(const std::string& name, double learning_rate,
                const std::map<std::string, double>& settings = {}, const OptimizerOptions& options = {});
std::vector<std::string> names();

}  // namespace luge::optim
