// Objective: one loss of a training step, and the parameters that it trains. A step has one or several.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luge/data/batches.h"
#include "luge/loss/loss.h"
#include "luge/named_tensors.h"
#include "luge/nn/module.h"
#include "luge/tensor.h"

namespace luge::train {

/// One use of the network on one batch, while a step is traced. Objectives that see the same values of the
/// parameters share it, and so its forward pass.
class Pass {
 public:
  /// Makes a pass. The network and the batch must live longer.
  Pass(const nn::Model& net, const data::Batch& batch, bool training)
      : net_(net), batch_(batch), training_(training) {}
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  /// Returns the network.
  const nn::Model& net() const { return net_; }
  /// Returns the batch.
  const data::Batch& batch() const { return batch_; }
  /// Returns true in a training step and false in an evaluation.
  bool training() const { return training_; }
  /// Returns the outputs of the network for the fields of the batch that its inputs name. The first call runs
  /// the network. Throws ValueError that names an input without a field.
  const NamedTensors& outputs() const;
  /// Returns the first output.
  const Tensor& output() const { return outputs().begin()->second; }
  /// Returns the tensor of a field of the batch.
  const Tensor& operator[](std::string_view field) const { return batch_[field]; }
  /// Returns the weights of the samples, the field "weight"; empty when the batch has none.
  Tensor sample_weight() const;

 private:
  const nn::Model& net_;
  const data::Batch& batch_;
  bool training_;
  mutable std::optional<NamedTensors> outputs_;
};

/// What an objective gives for one batch: a number to minimize, and the two sums that it is made of. The sums
/// are added up over batches before they are divided, so that batches of different sizes, weights and masks
/// give the one mean.
struct LossTerm {
  Tensor value;       ///< rank 0: what is minimized
  Tensor cost;        ///< rank-0 f64: Σ weight·cost
  Tensor weight;      ///< rank-0 f64: Σ weight; empty: the sums of batches are added and not divided
  bool root = false;  ///< the figure of several batches is a square root, as that of loss::RMSE is

  /// Returns the term of a loss function. Throws what the loss throws.
  static LossTerm of(const loss::Loss& loss, const Tensor& prediction, const Tensor& target,
                     const Tensor& sample_weight = {});
  /// Returns the mean of costs of any shape, each of weight 1.
  static LossTerm mean(const Tensor& costs);
  /// Returns the weighted mean of costs; `weight` has the shape of `costs`, or its first extents. It is 0
  /// with no gradient when all weights are 0. Costs of weight 0 are ignored, even when they are NaN; their
  /// slopes are 0, but what they were computed from may make NaN of them, so use LossTerm::of for data that
  /// may hold NaN. Throws ShapeError when the shapes do not match.
  static LossTerm mean(const Tensor& costs, const Tensor& weight);
  /// Returns the sum of costs of any shape.
  static LossTerm sum(const Tensor& costs);
};

/// One loss of a training step.
///
///     train::Objective critic{.name = "critic", .loss = [](const train::Pass& pass) { … },
///                             .parameters = {"critic.*"}};
struct Objective {
  std::string name = "loss";   ///< the name of its figure, and of its optimizer
  std::string describes = {};  ///< what is computed, such as "mse"; a checkpoint of another loss is refused
  /// Computes the loss. It is traced with the step that it belongs to and may call grad itself.
  std::function<LossTerm(const Pass&)> loss = {};
  /// Patterns of the paths of the parameters that it trains, such as "generator.*", where * is any text.
  std::vector<std::string> parameters = {"*"};
  /// It is minimized in each step whose number, counted from 1, is a multiple of this. A generator with
  /// every = 5 is updated once for five updates of its critic, each with a batch of its own.
  std::int64_t every = 1;
  std::int64_t repeats = 1;  ///< the number of updates within one step, all with the same batch
  /// False: it sees the parameters after the updates of the objectives before it. True: it sees what the one
  /// before it sees, and shares its forward pass.
  bool simultaneous = false;
};

}  // namespace luge::train
