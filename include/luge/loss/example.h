// Examples of losses: predictions that follow from one number, over which luge explain draws cost and slope.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "luge/loss/loss.h"

namespace luge::loss {

/// What the cost of one sample is shown over.
struct Example {
  /// One target, and how predictions for it follow from x.
  struct Case {
    std::string target_text;                            ///< the target in words: "t = 1"
    Tensor target;                                      ///< the target of the sample, [1,…]
    std::function<Tensor(const Tensor& x)> prediction;  ///< the prediction [1,…] for a number x, f64 [1]
  };
  std::string over;         ///< what x is: "prediction y"
  double low = -3;          ///< the smallest x
  double high = 3;          ///< the largest x
  std::vector<Case> cases;  ///< the targets
};

/// Makes the example of a loss, which may have options.
using MakeExample = std::function<Example(const Loss& loss)>;
/// Registers the example of a loss that takes predictions of a special form. Others need none: their example
/// follows from Loss::about. Returns false when the loss has one.
bool add_example(const std::string& name, MakeExample make);
/// Returns the example of a loss that was made by `named` from this text, such as "huber(delta=2)".
Example example(const std::string& text, const Loss& loss);

}  // namespace luge::loss
