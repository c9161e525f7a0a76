// Constraints: what parameters are made to fulfill after each step.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "luge/optim/selection.h"
#include "luge/options.h"
#include "luge/tensor.h"

namespace luge::optim {

/// A change of parameters after a step, such as a limit of their norm.
class Constraint {
 public:
  /// From a new value to one that fulfills the constraint, of the same shape and dtype.
  using Project = std::function<Tensor(const Tensor& parameter)>;
  /// Makes a constraint of your own.
  Constraint(std::string name, Project project, Selection selection = {})
      : name_(std::move(name)), project_(std::move(project)), selection_(std::move(selection)) {}

  /// Returns the value that fulfills it.
  Tensor operator()(const Tensor& parameter) const { return project_(parameter); }
  /// Returns the parameters it acts on.
  const Selection& selection() const { return selection_; }
  /// Returns the name, such as "max-norm".
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  Project project_;
  Selection selection_;
};

/// The norms below are those of the weights of one unit: of the elements that share the first index, which is
/// the output of a linear layer and the filter of a convolution. Of a vector, it is the norm of each element.
namespace constraint {

/// Scales the weights of a unit whose norm is larger than `limit` down to it. Throws ValueError when the
/// limit is not above 0. Source: Keras MaxNorm, Srivastava et al. 2014.
Constraint max_norm(double limit, const Selection& selection = {});
/// Scales the weights of each unit to the norm 1. Weights that are all 0 stay 0. Source: Keras UnitNorm.
Constraint unit_norm(const Selection& selection = {});
/// Sets negative weights to 0. Source: Keras NonNeg.
Constraint non_negative(const Selection& selection = {});

/// Registers a constraint under a name that named and the shell take, with one line that says what it is.
/// Returns false when the name is taken.
bool add(const std::string& name, const std::string& description, options::Maker<Constraint> make);
/// Returns a constraint by its name, as the shell does: "max-norm", "unit-norm" or "non-negative". The text
/// may hold options: "max-norm(limit=3)". Throws ValueError for another name, and options::OptionError for an
/// option that does not exist or is out of range.
Constraint named(const std::string& text, const options::Values& values = {});
/// Returns the names that `named` takes.
std::vector<std::string> names();

}  // namespace constraint
}  // namespace luge::optim
