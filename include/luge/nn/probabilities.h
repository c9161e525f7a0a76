// probabilities: the outputs of a network as what they stand for.
#pragma once

#include "luge/output_kind.h"
#include "luge/tensor.h"

namespace luge::nn {

/// Returns the outputs of a network as probabilities: softmax over the last axis of logits of classes,
/// sigmoid of logits of yes or no, and other outputs as they are.
Tensor probabilities(const Tensor& outputs, OutputKind kind);

}  // namespace luge::nn
