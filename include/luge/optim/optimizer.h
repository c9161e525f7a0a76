// Optimizers: a rule computes the new value of one parameter; Optimizer owns steps, rates, groups, clipping
// and saving.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luge/graph.h"
#include "luge/nn/module.h"
#include "luge/optim/schedule.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::optim {

/// What a Rule gets besides parameter and gradient: the named state of the parameter, the learning rate and
/// the step.
class Slots {
 public:
  /// Internal: one slot.
  struct Entry {
    std::string name;   ///< the name, such as "m"
    Variable variable;  ///< where the value is kept between steps
    Tensor value;       ///< the new value while a step is recorded
  };
  /// Internal: what all parameters of one step share. It is computed for the first and used by the others.
  struct Shared {
    Tensor step;  ///< rank-0 f64, 1 at the first step
    /// A bias correction.
    struct Correction {
      double decay;  ///< the decay it belongs to
      DType dtype;   ///< the dtype of the value
      Tensor value;  ///< 1 - decay^step
    };
    std::vector<Correction> corrections;  ///< those computed so far
  };
  /// Internal: made by Optimizer for each update.
  Slots(const Variable& parameter, std::vector<Entry>& entries, Tensor learning_rate, Shared& shared)
      : parameter_(parameter), entries_(entries), learning_rate_(std::move(learning_rate)), shared_(shared) {}

  /// Returns the state of this name. It has the shape of the parameter and begins as zeros; what is assigned
  /// to it is its value at the next step. It has the dtype of the parameter, or float32 for a parameter of 16
  /// bits; the same holds for the values below and for the arguments of Rule::update.
  Tensor& operator()(std::string_view name);
  /// Returns the learning rate of this step, rank 0.
  const Tensor& learning_rate() const { return learning_rate_; }
  /// Returns 1 - decay^t, where t is 1 at the first step. It is computed in float64.
  Tensor bias_correction(double decay) const;
  /// Returns the number of the step, rank-0 f64, 1 at the first step.
  const Tensor& step() const { return shared_.step; }

 private:
  const Variable& parameter_;
  std::vector<Entry>& entries_;
  Tensor learning_rate_;
  Shared& shared_;
};

/// Returns `moment` with subnormal numbers replaced by 0: those below 2^-126, or below 2^-1022 for float64.
/// f16 is returned as it is. A moment decays to subnormal numbers when its gradients become 0, rounding keeps
/// it there, and a processor may need a hundred times as long for an operation on them.
Tensor settled(const Tensor& moment);

/// The mathematics of an optimizer. Derive from it to write an optimizer of your own.
class Rule {
 public:
  virtual ~Rule() = default;
  /// Returns the name, such as "adam".
  virtual std::string name() const = 0;
  /// Returns the new value of a parameter. For a parameter of 16 bits, all values here are float32: the slot
  /// "exact" keeps the exact value, and the parameter holds it rounded.
  virtual Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const = 0;
  /// The slot that gradients are added up in. Its elements may become larger than those of each gradient, so
  /// that it is looked at before a step.
  struct Sum {
    std::string slot = {};  ///< the name of the slot; empty: there is none
    double times = 1;       ///< how many times a gradient is added to it in a step
  };
  virtual Sum sum() const { return {}; }  ///< Returns where gradients are added up.
};

/// What weight decay with the factor λ does.
enum class Decay : std::uint8_t {
  gradient,  ///< adds λ·w to the gradient, which is an L2 penalty of λ/2·w² (weight_decay of PyTorch's SGD)
  decoupled  ///< subtracts rate·λ·w from w, apart from the gradient (AdamW)
};

/// Settings for some of the parameters. A setting that is left out is the same as for all parameters.
struct GroupOptions {
  std::optional<double> rate_factor = {};   ///< a factor of the learning rate, 0 or more
  std::optional<double> weight_decay = {};  ///< λ, 0 or more
};

/// Options that all optimizers have.
struct OptimizerOptions {
  double weight_decay = 0;        ///< λ of weight decay; 0: off
  Decay decay = Decay::gradient;  ///< what weight decay does
  Schedule schedule = {};         ///< how the learning rate changes
  double clip_value = 0;          ///< limits each element of a gradient to ± this value; 0: off
  double clip_norm = 0;           ///< limits the norm of the gradient of each parameter; 0: off
  double clip_global_norm = 0;    ///< limits the norm of all gradients together; 0: off
  /// When a gradient has a NaN or an infinity, or the learning rate is not finite, the step throws
  /// NonFiniteError naming it and nothing changes. False: such a step is taken.
  bool check_finite = true;
};

/// Base class of the optimizers. An optimizer is a handle: copies share their state.
///
///     optim::Adam adam(1e-3);
///     adam.step(net.parameters(), grad(loss, net.parameters()));
class Optimizer {
 public:
  /// Makes an optimizer from a rule. Throws ValueError when the learning rate is not a finite number above 0
  /// or an option is out of range.
  Optimizer(std::shared_ptr<const Rule> rule, double learning_rate, const OptimizerOptions& options = {});

  /// Takes one step: each parameter moves along its gradient. A parameter with an empty gradient and a frozen
  /// parameter stay as they are. Outside a compiled function, the new values are evaluated together with the
  /// values of the graph that Tensors still refer to, and the graph is released. Inside a compiled function,
  /// the step is only recorded. The first step decides which parameters the optimizer holds, unless it
  /// throws. With a `weight` (rank 0), the gradients are those of a weighted sum: these and the gathered
  /// gradients are divided by the sum of all weights. A gradient gathered for a parameter is applied even
  /// when its gradient is empty now. Throws ValueError when the numbers of gradients and parameters differ, a
  /// parameter is given twice, or only some of the gathered gradients have a weight; StateError for a
  /// parameter that the optimizer does not hold, ShapeError for a gradient that does not match its parameter,
  /// and NonFiniteError when it runs.
  void step(const Variables& parameters, Tensors gradients, const Tensor& weight = {}) const;
  /// Takes one step for parameters with their paths, which errors and state() use. Otherwise as above; the
  /// first step also throws ValueError for two parameters of one path.
  void step(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
            const Tensor& weight = {}) const;

  /// Allows gradients to be gathered over several batches. Each parameter gets one more slot, "gathered", and
  /// all together get "gathered_weight". Call it before hold and before the first step.
  void gather_gradients() const;
  /// Adds gradients and their weight to those that the next step uses. Parameters, learning rate and the
  /// number of steps stay as they are. Throws as step does, and StateError when gather_gradients was not
  /// called.
  void gather(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
              const Tensor& weight = {}) const;
  /// Drops the gathered gradients that no step has used.
  void forget_gathered() const;

  /// Returns an operation that takes one step to make `loss` smaller, for use in a graph::Session. It changes
  /// each trainable Variable that the loss depends on. Throws GraphError when there is none. Source:
  /// TensorFlow 1 Optimizer.minimize.
  graph::Operation minimize(const Tensor& loss) const;

  /// Decides before the first step which parameters the optimizer holds, and creates their slots, so that
  /// state() is complete and a checkpoint can be loaded. Does nothing when it holds parameters already.
  /// Throws ValueError for two parameters of one path.
  void hold(const std::vector<nn::NamedVariable>& parameters) const;
  /// Sets options for some of the parameters. Throws StateError for a parameter that the optimizer does not
  /// hold and ValueError for a negative option.
  void set_group(const Variables& parameters, const GroupOptions& options) const;

  /// Returns the base learning rate, before the schedule.
  double learning_rate() const;
  /// Sets the base learning rate. Throws ValueError when it is not a finite number above 0.
  void set_learning_rate(double rate) const;
  /// Returns the learning rate of the next step, after the schedule.
  double current_rate() const;
  /// Replaces the schedule.
  void set_schedule(const Schedule& schedule) const;
  /// Returns the options.
  const OptimizerOptions& options() const;
  /// Returns the number of steps taken.
  std::int64_t steps() const;
  /// Returns the name of the rule, such as "adam".
  std::string name() const;

  /// Returns what has to be saved: "step", "learning_rate", and each slot as PARAMETER/SLOT.
  std::vector<nn::NamedVariable> state() const;

 private:
  void check(const Variables& parameters, const Tensors& gradients) const;
  Tensor guarded(const Tensor& next, const Variables& parameters, const Tensors& gradients,
                 const Tensor& rate) const;
  struct State;
  class Attempt;
  std::shared_ptr<State> state_;
};

}  // namespace luge::optim
