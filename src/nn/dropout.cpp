#include "luge/nn/dropout.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/nn.h"
#include "luge/ops/shape.h"

namespace luge::nn {

Dropout::Dropout(double rate) : rate_(rate) {
  if (!(rate >= 0 && rate <= 1)) throw ValueError(fmt::format("Dropout: rate is {}; expected 0 to 1", rate));
}

Tensor Dropout::forward(const Tensor& x) const { return training() ? dropout(x, rate_) : x; }

// The numbers of a draw are counted along the last axis first: with the positions on axis 0, a number depends
// on its position and not on how many positions there are.
Padded Dropout::forward_padded(const Padded& x) const {
  if (!training()) return x;
  return x.with(transpose(dropout(transpose(x.values, 0, x.axis), rate_), 0, x.axis));
}

std::string Dropout::describe() const { return fmt::format("Dropout {}", rate_); }

}  // namespace luge::nn
