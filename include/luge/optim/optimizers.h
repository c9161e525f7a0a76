// The optimizers of Luge, also by name. Those with a rate for each element are in adaptive.h, those with one
// for each layer in layerwise.h, and those that search in searches.h.
#pragma once

#include <string>
#include <vector>

#include "luge/optim/adaptive.h"
#include "luge/optim/layerwise.h"
#include "luge/optim/optimizer.h"
#include "luge/optim/searches.h"
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

/// The options that every optimizer has that is made by name. Derive from it, and list them with `fields`
/// before those of the optimizer itself.
struct NamedOptions {
  double learning_rate = 1e-2;  ///< the base learning rate
  double weight_decay = 0;      ///< λ of weight decay; 0: off
  bool decay_vectors = true;    ///< OptimizerOptions::decay_vectors
  /// Factors of the learning rate for some of the parameters, as PATTERN:FACTOR, such as "features.*:0.1".
  std::vector<std::string> rate_factors = {};
  /// Weight decay of some of the parameters, as PATTERN:λ, such as "*.bias:0".
  std::vector<std::string> weight_decays = {};
  /// Lists them.
  static void fields(auto& self, auto&& field) {
    field("learning_rate", self.learning_rate, "step size", options::above(0), options::also({"lr"}),
          options::elsewhere({"rate", "alpha", "eta", "learn_rate"}));
    field("weight_decay", self.weight_decay, "shrinks the weights", options::at_least(0),
          options::elsewhere({"l2", "wd", "decay", "l2_penalty"}));
    field("decay_vectors", self.decay_vectors,
          "weight decay also of parameters with fewer than two axes, such as biases");
    field("rate_factors", self.rate_factors,
          "factors of the rate by path, such as features.*:0.1; 0 stops them",
          options::takes("PATTERN:FACTOR, such as features.*:0.1"),
          options::elsewhere({"param_groups", "groups", "lr_mult", "layer_rates"}));
    field("weight_decays", self.weight_decays, "weight decay by path, such as *.bias:0",
          options::takes("PATTERN:NUMBER, such as *.bias:0"), options::elsewhere({"no_decay"}));
  }
  /// Returns the options that all optimizers have, with those of this struct. Throws options::OptionError for
  /// a factor or weight decay that is not PATTERN:NUMBER with a number of 0 or more.
  OptimizerOptions with(OptimizerOptions common) const;
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
/// Returns an optimizer by its name, as the shell does: one of names(), such as "adam" or "sgd". The text may
/// hold options: "rmsprop(momentum=0.9)". The values are those of its options, such as momentum, beta1,
/// epsilon and weight_decay; a weight decay that they do not give is that of `common`. Throws ValueError for
/// another name, and lists those that exist; throws options::OptionError for an option that it does not have
/// or that is out of range.
///
///     optim::Optimizer optimizer = optim::named("momentum", 0.1, {{"momentum", 0.8}});
Optimizer named(const std::string& name, double learning_rate, const options::Values& values = {},
                const OptimizerOptions& common = {});
/// Returns the line about the optimizer of this name. Throws ValueError as `named` does.
std::string description(const std::string& name);
/// Returns the names that `named` takes.
std::vector<std::string> names();

}  // namespace luge::optim
