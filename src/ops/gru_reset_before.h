// gru_reset_before: what gru computes without reset_after.
#pragma once

#include "luge/ops/sequence.h"

namespace luge {

/// The two biases are one here, [3H]: they are only added.
GruOutput gru_reset_before(const Tensor& x, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b,
                           bool batch_first, const Tensor& h0);

}  // namespace luge
