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
#include "luge/optim/constraint.h"
#include "luge/optim/regularizer.h"
#include "luge/optim/schedule.h"
#include "luge/optim/search.h"
#include "luge/optim/slots.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::optim {

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
  struct GradientSum {
    std::string slot = {};  ///< its name; it has the shape of the parameter; empty: there is none
    double times = 1;       ///< how many times a gradient is added to it in a step
  };
  virtual GradientSum gradient_sum() const { return {}; }  ///< Returns where gradients are added up.
  /// Returns how a step is searched for when the rule needs the loss at several points and all parameters
  /// together, such as L-BFGS; null for rules that update one parameter, which update() does.
  virtual const Search* search() const { return nullptr; }
};

/// What weight decay with the factor λ does.
enum class Decay : std::uint8_t {
  gradient,  ///< adds λ·w to the gradient, which is an L2 penalty of λ/2·w² (weight_decay of PyTorch's SGD)
  decoupled,  ///< subtracts rate·λ·w from w, apart from the gradient (AdamW)
  by_rule     ///< the rule uses λ where its definition says, by Slots::weight_decay (LAMB, LARS)
};

/// Settings for some of the parameters. A setting that is left out is the same as for all parameters.
struct GroupOptions {
  std::optional<double> rate_factor = {};   ///< a factor of the learning rate, 0 or more
  std::optional<double> weight_decay = {};  ///< λ, 0 or more
};

/// Settings for the parameters whose paths match a pattern, such as "features.*" (nn::matches).
struct Group {
  std::string pattern;   ///< the pattern
  GroupOptions options;  ///< their settings
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
  /// False: weight decay leaves out parameters with fewer than two axes, such as biases and the weights of
  /// normalizations. A group can still give them one.
  bool decay_vectors = true;
  /// Settings by path. A later group wins over an earlier one. The first step throws ValueError for a pattern
  /// that matches no parameter.
  std::vector<Group> groups = {};
  /// Penalties, whose slopes are added to the gradients after clipping, as weight decay is.
  std::vector<Regularizer> regularizers = {};
  /// What parameters are made to fulfill after each step, in this order.
  std::vector<Constraint> constraints = {};
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

  /// Returns an optimizer with the same rule, base learning rate and options that has taken no step and
  /// tracks no parameters.
  Optimizer fresh() const;

  /// Takes one step: each parameter moves along its gradient. A parameter with an empty gradient and a frozen
  /// parameter stay as they are. Outside a compiled function, the new values are evaluated together with the
  /// values of the graph that Tensors still refer to, and the graph is released. Inside a compiled function,
  /// the step is only recorded. The first step decides which parameters the optimizer tracks, unless it
  /// throws. With a `weight` (rank 0), the gradients are those of a weighted sum: these and the accumulated
  /// gradients are divided by the sum of all weights. A gradient accumulated for a parameter is applied even
  /// when its gradient is empty now. Throws ValueError when the numbers of gradients and parameters differ, a
  /// parameter is given twice, or only some of the accumulated gradients have a weight; StateError for a
  /// parameter that the optimizer does not track, ShapeError for a gradient that does not match its
  /// parameter, and NonFiniteError when it runs.
  void step(const Variables& parameters, Tensors gradients, const Tensor& weight = {}) const;
  /// Takes one step for parameters with their paths, which errors and state() use. Otherwise as above; the
  /// first step also throws ValueError for two parameters of one path.
  void step(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
            const Tensor& weight = {}) const;

  /// Returns true for an optimizer that evaluates the loss as often as it needs (L-BFGS, conjugate
  /// gradient). It takes a step by search(); step, accumulate and minimize throw StateError.
  bool searches() const;
  /// Takes one step of an optimizer that searches. `evaluate` returns the loss and the gradients at the
  /// present values of the parameters, which it is called for at several points; it must be the same function
  /// each time, so give it all of the data. Frozen parameters stay. Returns what the step came to. Throws
  /// StateError for another optimizer, DTypeError for parameters of 16 bits, NonFiniteError when the loss or
  /// a gradient is not finite where the step begins, and what `evaluate` throws; then the parameters are what
  /// they were.
  Searched search(const std::vector<nn::NamedVariable>& parameters, const Evaluate& evaluate) const;

  /// Allows gradients to be accumulated over several batches. The state gets one more slot for each
  /// parameter, "gathered", and "gathered_weight" for all together. Call it before track and before the first
  /// step.
  void accumulate_gradients() const;
  /// Adds gradients and their weight to those that the next step uses. Parameters, learning rate and the
  /// number of steps stay as they are. Throws as step does, and StateError when accumulate_gradients was not
  /// called.
  void accumulate(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
                  const Tensor& weight = {}) const;
  /// Drops the accumulated gradients that no step has used.
  void forget_accumulated() const;

  /// Returns an operation that takes one step to make `loss` smaller, for use in a graph::Session. It changes
  /// each trainable Variable that the loss depends on. Throws GraphError when there is none. Source:
  /// TensorFlow 1 Optimizer.minimize.
  graph::Operation minimize(const Tensor& loss) const;

  /// Decides before the first step which parameters the optimizer tracks, and creates their slots, so that
  /// state() is complete and a checkpoint can be loaded. Does nothing when it tracks parameters already.
  /// Throws ValueError for two parameters of one path.
  void track(const std::vector<nn::NamedVariable>& parameters) const;
  /// Sets options for some of the parameters. Throws StateError for a parameter that the optimizer does not
  /// track and ValueError for a negative option.
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

  /// Returns what has to be saved: "step", "learning_rate", and each slot as PARAMETER/SLOT; the vectors of a
  /// search as "search/NAME".
  std::vector<nn::NamedVariable> state() const;

 private:
  void check(const Variables& parameters, const Tensors& gradients) const;
  void check_updates(std::string_view what) const;
  Tensor guarded(const Tensor& next, const Variables& parameters, const Tensors& gradients,
                 const Tensor& rate) const;
  struct State;
  class Attempt;
  std::shared_ptr<State> state_;
};

}  // namespace luge::optim
