// Regularizers: penalties on the size of parameters.
/// @file
/// Sources disagree about the factor of an L2 penalty, so each convention has a name of its own:
/// l2 is λ·Σw² (Keras), half_l2 is λ/2·Σw² (weight_decay of PyTorch), and l2_over_samples is λ/(2m)·Σw² for m
/// training samples (Ng's course).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "luge/optim/selection.h"
#include "luge/options.h"
#include "luge/tensor.h"

namespace luge::optim {

/// A penalty on some of the parameters. Optimizers add its slope to the gradients; the loss that is shown
/// does not include it.
class Regularizer {
 public:
  /// A function of one parameter. `slope` returns its derivative.
  using Function = std::function<Tensor(const Tensor& parameter)>;
  /// Makes a regularizer of your own. `cost` returns the penalty of a parameter, rank 0. It is smooth when
  /// its slope has no jumps.
  Regularizer(std::string name, Function cost, Function slope, Selection selection = {}, bool smooth = true)
      : name_(std::move(name)),
        cost_(std::move(cost)),
        slope_(std::move(slope)),
        selection_(std::move(selection)),
        smooth_(smooth) {}

  /// Returns the penalty of a parameter, rank 0, in its dtype.
  Tensor cost(const Tensor& parameter) const { return cost_(parameter); }
  /// Returns the derivative of the penalty, of the shape and dtype of the parameter.
  Tensor slope(const Tensor& parameter) const { return slope_(parameter); }
  /// Returns the parameters it acts on.
  const Selection& selection() const { return selection_; }
  /// Returns the name, such as "l2".
  const std::string& name() const { return name_; }
  /// Returns false when the slope has jumps, as that of |w| at 0.
  bool smooth() const { return smooth_; }

 private:
  std::string name_;
  Function cost_, slope_;
  Selection selection_;
  bool smooth_;
};

namespace regularizer {

/// λ·Σ|w|. Its slope at 0 is 0. All functions here throw ValueError for a negative factor. Source: Keras L1.
Regularizer l1(double lambda, const Selection& selection = {});
/// λ·Σw². Its slope is 2λ·w. Source: Keras L2.
Regularizer l2(double lambda, const Selection& selection = {});
/// λ/2·Σw². Its slope is λ·w. Source: weight_decay of PyTorch's SGD.
Regularizer half_l2(double lambda, const Selection& selection = {});
/// λ/(2m)·Σw² for m training samples. Its slope is λ/m·w. Throws ValueError when `samples` is below 1.
/// Source: Ng, Machine Learning.
Regularizer l2_over_samples(double lambda, std::int64_t samples, const Selection& selection = {});
/// λ₁·Σ|w| + λ₂·Σw². Source: Keras L1L2.
Regularizer elastic(double lambda1, double lambda2, const Selection& selection = {});

/// What a regularizer that is made by name knows of the training.
struct Context {
  std::int64_t samples = 1;  ///< the number of training samples
};
/// Registers a regularizer under a name that named and the shell take, with one line that says what it is.
/// `make` is a function of its options and of the context. Returns false when the name is taken.
bool add(const std::string& name, const std::string& description,
         options::Maker<Regularizer, const Context&> make);
/// Returns a regularizer by its name, as the shell does: "l1", "l2", "half-l2", "l2-over-samples" or
/// "elastic". The text may hold options: "l2(lambda=1e-4)". Throws ValueError for another name, and
/// options::OptionError for an option that does not exist or is out of range.
Regularizer named(const std::string& text, const Context& context = {}, const options::Values& values = {});
/// Returns the names that `named` takes.
std::vector<std::string> names();

}  // namespace regularizer
}  // namespace luge::optim
