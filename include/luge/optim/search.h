// Searches: optimizers that evaluate the loss as often as they need, over all parameters together, as L-BFGS
// and conjugate gradient do.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "luge/tensor.h"

namespace luge::optim {

/// The loss at the present values of the parameters, and its gradients.
struct Evaluated {
  double loss = 0;    ///< the loss
  Tensors gradients;  ///< one for each parameter; empty: the loss does not depend on it
};
/// Evaluates the loss at the present values of the parameters.
using Evaluate = std::function<Evaluated()>;

/// What a step that was searched for came to.
struct Searched {
  double before = 0;             ///< the loss where the step began, penalties included
  double after = 0;              ///< the loss where it ended
  double gradient = 0;           ///< the norm of the gradient where it ended
  std::int64_t iterations = 0;   ///< the number of line searches
  std::int64_t evaluations = 0;  ///< how often the loss was evaluated
  bool converged = false;        ///< a tolerance of the optimizer was met
};

/// The mathematics of an optimizer that searches. It sees all parameters as one vector of float64.
class Search {
 public:
  /// A vector over all parameters.
  using Vector = std::vector<double>;
  /// The loss at a point; writes the gradient there, of the same length. Not finite where the loss is not.
  using Function = std::function<double(const Vector& point, Vector& gradient)>;
  /// Where a step begins and ends.
  struct Point {
    Vector x;         ///< the parameters
    double loss = 0;  ///< the loss there
    Vector gradient;  ///< the gradient there
  };
  /// What is kept between steps, by name. A vector of this name is empty at the first step.
  using State = std::map<std::string, Vector>;

  virtual ~Search() = default;
  /// Returns the vectors that State keeps for `count` parameters, by name and length, for checkpoints.
  virtual std::map<std::string, std::size_t> state(std::size_t count) const = 0;
  /// Moves the point to a smaller loss. `rate` is the learning rate, the first length that is tried.
  virtual Searched step(const Function& function, Point& at, State& state, double rate) const = 0;
};

}  // namespace luge::optim
