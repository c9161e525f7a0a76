// Optimizers: one pure step per parameter, state by name; the base owns steps, rates, groups, clipping and
// saving.
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

/// What an update sees besides parameter and gradient: its named state, the rate and the step.
class Slots {
 public:
  struct Entry {
    std::string name;
    Variable variable;
    Tensor value;  // in the making
  };
  /// What all parameters of one step share: computed for the first, used by the others.
  struct Shared {
    Tensor step;  // f64 scalar, 1 at the first step
    struct Correction {
      double decay;
      DType dtype;
      Tensor value;
    };
    std::vector<Correction> corrections;
  };
  Slots(const Variable& parameter, std::vector<Entry>& entries, Tensor learning_rate, Shared& shared)
      : parameter_(parameter), entries_(entries), learning_rate_(std::move(learning_rate)), shared_(shared) {}

  /// State of the parameter's shape that begins as zeros; what is assigned to it is there at the next step.
  /// Of the parameter's dtype, or float32 beside 16 bits, as are the values below and those that a rule gets.
  Tensor& operator()(std::string_view name);
  /// Scalar.
  const Tensor& learning_rate() const { return learning_rate_; }
  /// 1 - decay^t with t = 1 at the first step, computed in float64.
  Tensor bias_correction(double decay) const;
  /// f64 scalar, 1 at the first step.
  const Tensor& step() const { return shared_.step; }

 private:
  const Variable& parameter_;
  std::vector<Entry>& entries_;
  Tensor learning_rate_;
  Shared& shared_;
};

/// The moment, with zero for subnormal numbers (below 2^-126; float64: 2^-1022; f16 is left as it is). A
/// moment whose gradients have ceased decays into them and, rounded, stays there for good, where a processor
/// takes up to a hundred times as long for each operation.
Tensor settled(const Tensor& moment);

/// The mathematics of one optimizer.
class Rule {
 public:
  virtual ~Rule() = default;
  virtual std::string name() const = 0;
  /// The parameter's new value. Beside a 16-bit parameter all are float32: its exact value stands in a slot
  /// "exact", and the parameter is that, rounded.
  virtual Tensor update(const Tensor& parameter, const Tensor& gradient, Slots& slot) const = 0;
  /// The slot that gradients are added up in, which may become larger than any of them, and how many times a
  /// gradient is added to it on the way. Empty: none.
  struct Sum {
    std::string slot = {};
    double times = 1;
  };
  virtual Sum sum() const { return {}; }
};

/// What weight decay with factor λ means.
enum class Decay : std::uint8_t {
  gradient,  // λ·w is added to the gradient: an L2 penalty of λ/2·w² (PyTorch's weight_decay)
  decoupled  // w shrinks by rate·λ·w beside the step (AdamW)
};

/// Settings of some parameters; what is left open holds as for the others.
struct GroupOptions {
  std::optional<double> rate_factor = {};  // on the learning rate
  std::optional<double> weight_decay = {};
};

struct OptimizerOptions {
  double weight_decay = 0;
  Decay decay = Decay::gradient;
  Schedule schedule = {};
  double clip_value = 0;        // each gradient element into ±this; 0: off
  double clip_norm = 0;         // each parameter's gradient to at most this length; 0: off
  double clip_global_norm = 0;  // all gradients together to at most this length; 0: off
  /// A step along a gradient that holds a NaN or an infinity, or by a rate that is not finite, throws
  /// NonFiniteError naming it, and nothing changes. False: it is taken.
  bool check_finite = true;
};

/// A handle: copies share state. Every optimizer below is one.
class Optimizer {
 public:
  /// Throws ValueError unless the rate is a finite number above 0 and the options are in range.
  Optimizer(std::shared_ptr<const Rule> rule, double learning_rate, const OptimizerOptions& options = {});

  /// One step: every parameter moves along its gradient (an empty gradient or a frozen parameter stays).
  /// Outside a compiled function this evaluates the new values, with whatever is still held of the graph, and
  /// lets the graph go; inside it only records. The first step decides which parameters this optimizer holds;
  /// one that throws decides nothing. With a weight (a scalar) the gradients are those of a sum over so much:
  /// they and what was gathered are divided by all weights together.
  /// Throws ValueError (as many gradients as there are not parameters; a parameter given twice), StateError
  /// (a parameter this optimizer does not hold), ShapeError, and NonFiniteError when it runs.
  void step(const Variables& parameters, Tensors gradients, const Tensor& weight = {}) const;
  void step(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
            const Tensor& weight = {}) const;

  /// From now on gradients may be gathered over several batches: every parameter has one more slot,
  /// "gathered", and all of them together "gathered_weight". Call it before hold and before the first step.
  void gather_gradients() const;
  /// Adds the gradients, and their weight, to what the next step takes beside its own; steps, rates and
  /// parameters stay as they are. Throws as step does, and StateError without gather_gradients.
  void gather(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
              const Tensor& weight = {}) const;
  /// Drops what was gathered and not taken by a step.
  void forget_gathered() const;

  /// The operation that makes `loss` smaller, in graph mode: one step along its gradient with respect to
  /// every trainable Variable it depends on. Throws GraphError when there is none.
  graph::Operation minimize(const Tensor& loss) const;

  /// Holds these parameters before the first step, so that state() is complete and a checkpoint can be
  /// loaded. Throws ValueError for two of one name.
  void hold(const std::vector<nn::NamedVariable>& parameters) const;
  /// Settings of their own for some parameters.
  void set_group(const Variables& parameters, const GroupOptions& options) const;

  /// The base rate, before the schedule.
  double learning_rate() const;
  void set_learning_rate(double rate) const;
  /// The rate of the coming step, schedule included.
  double current_rate() const;
  void set_schedule(const Schedule& schedule) const;
  const OptimizerOptions& options() const;
  /// Steps taken.
  std::int64_t steps() const;
  std::string name() const;

  /// Everything to save: "step", "learning_rate" and "<parameter>/<slot>".
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
