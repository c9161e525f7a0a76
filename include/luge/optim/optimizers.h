// The optimizers of Luge.
#pragma once

#include <string>
#include <vector>

#include "luge/optim/optimizer.h"
#include "luge/options.h"

namespace luge::optim {

/// Gradient descent: w ← w - rate·g. Full-batch, stochastic and mini-batch descent differ only in the size of
/// the batch.
class GradientDescent : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit GradientDescent(double learning_rate, const OptimizerOptions& options = {});
};

/// How momentum sums gradients.
enum class Accumulate : std::uint8_t {
  sum,     ///< v ← μ·v + g; for a constant gradient v becomes g/(1-μ) (PyTorch, Keras)
  average  ///< v ← μ·v + (1-μ)·g, the exponentially weighted average
};
/// Options of Momentum.
struct MomentumOptions {
  double momentum = 0.9;                    ///< μ, in [0, 1)
  Accumulate accumulate = Accumulate::sum;  ///< how v sums gradients
  bool nesterov = false;  ///< step along μ·v + g instead of v (μ·v + (1-μ)·g for averages)
};
/// Gradient descent with momentum: w ← w - rate·v, where v sums the gradients. Source: PyTorch SGD.
class Momentum : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit Momentum(double learning_rate, const MomentumOptions& options = {},
                    const OptimizerOptions& common = {});
};

/// Options of Adam.
struct AdamOptions {
  double beta1 = 0.9;     ///< β₁, the decay of m, in [0, 1)
  double beta2 = 0.999;   ///< β₂, the decay of v, in [0, 1)
  double epsilon = 1e-8;  ///< ε, above 0, added to √v̂ after the bias correction as in PyTorch
};
/// Adam: m ← β₁·m + (1-β₁)·g, v ← β₂·v + (1-β₂)·g², w ← w - rate·m̂/(√v̂ + ε), where m̂ = m/(1-β₁ᵗ) and
/// v̂ = v/(1-β₂ᵗ). With weight decay and Decay::decoupled it is AdamW. Source: Kingma and Ba 2015, PyTorch
/// Adam.
class Adam : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit Adam(double learning_rate = 1e-3, const AdamOptions& options = {},
                const OptimizerOptions& common = {});
};

/// Options of AdamW.
struct AdamWOptions {
  double weight_decay = 0.01;  ///< λ: each step subtracts rate·λ·w from w
  double beta1 = 0.9;          ///< β₁, the decay of m, in [0, 1)
  double beta2 = 0.999;        ///< β₂, the decay of v, in [0, 1)
  double epsilon = 1e-8;       ///< ε, above 0, added to √v̂ after the bias correction
};
/// Adam with decoupled weight decay. The weight decay of the common options is not used. Source: Loshchilov
/// and Hutter 2019, PyTorch AdamW.
class AdamW : public Optimizer {
 public:
  /// Makes the optimizer. Throws ValueError when an argument is out of range.
  explicit AdamW(double learning_rate = 1e-3, const AdamWOptions& options = {},
                 const OptimizerOptions& common = {});
};

/// The options that every optimizer has that is made by name. Derive from it, and list them with `fields`
/// before those of the optimizer itself.
struct NamedOptions {
  double learning_rate = 1e-2;  ///< the base learning rate
  double weight_decay = 0;      ///< λ of weight decay; 0: off
  /// Lists them.
  static void fields(auto& self, auto&& field) {
    field("learning_rate", self.learning_rate, "step size", options::above(0), options::also({"lr"}),
          options::elsewhere({"rate", "alpha", "eta", "learn_rate"}));
    field("weight_decay", self.weight_decay, "shrinks the weights", options::at_least(0),
          options::elsewhere({"l2", "wd", "decay", "l2_penalty", "regularization", "penalty"}));
  }
  /// Returns the options that all optimizers have, with this weight decay.
  OptimizerOptions with(OptimizerOptions common) const {
    common.weight_decay = weight_decay;
    return common;
  }
};

/// Registers an optimizer under a name that named and the shell take, with one line that says what it is.
/// `make` is a function of its options and of those that all optimizers have. Returns false when the name is
/// taken.
///
///     const bool added = optim::add("lion", "steps of the same length for each element",
///                                   [](const LionOptions& options, const optim::OptimizerOptions& common) {
///                                     return lion(options.learning_rate, options, options.with(common));
///                                   });
bool add(const std::string& name, const std::string& description,
         options::Maker<Optimizer, const OptimizerOptions&> make);
/// Returns an optimizer by its name, as the shell does: "gradient-descent" (also "sgd"), "momentum",
/// "nesterov", "adam" or "adamw". The values are those of its options, such as momentum, beta1, epsilon and
/// weight_decay; a weight decay that they do not give is that of `common`. Throws ValueError for another
/// name, and lists those that exist; throws options::OptionError for an option that it does not have or that
/// is out of range.
///
///     optim::Optimizer optimizer = optim::named("momentum", 0.1, {{"momentum", 0.8}});
Optimizer named(const std::string& name, double learning_rate, const options::Values& values = {},
                const OptimizerOptions& common = {});
/// Returns the line about the optimizer of this name. Throws ValueError as `named` does.
std::string description(const std::string& name);
/// Returns the names that `named` takes.
std::vector<std::string> names();

}  // namespace luge::optim
