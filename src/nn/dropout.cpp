#include "luge/nn/dropout.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/ops/nn.h"

namespace luge::nn {

Dropout::Dropout(double rate) : rate_(rate) {
  if (!(rate >= 0 && rate <= 1)) throw ValueError(fmt::format("Dropout: rate is {}; expected 0 to 1", rate));
}

Tensor Dropout::forward(const Tensor& x) const { return training() ? dropout(x, rate_) : x; }

std::string Dropout::describe() const { return fmt::format("Dropout {}", rate_); }

}  // namespace luge::nn
