#include "luge/nn/residual.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/math.h"
#include "nn/module_state.h"

namespace luge::nn {

Tensor Residual::forward(const Tensor& x) const {
  const auto& parts = state()->children;
  // The shortcut first: its result is ready when the body's last step runs, which may compute the sum too.
  const Tensor passed = parts.size() > 1 ? (*parts[1].module)(x) : x;
  const Tensor y = (*parts[0].module)(x);
  if (y.shape() != passed.shape()) {
    throw ShapeError(fmt::format("the body gives {}, the {} {}; expected equal shapes", y.shape().to_string(),
                                 parts.size() > 1 ? "shortcut" : "input", passed.shape().to_string()));
  }
  return y + passed;
}

}  // namespace luge::nn
