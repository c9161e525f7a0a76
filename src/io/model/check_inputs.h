// Checks what a loaded network or entry is called with against what its file says.
#pragma once

#include <string>
#include <vector>

#include "luge/named_tensors.h"
#include "luge/nn/tensor_spec.h"

namespace luge::io {

/// Returns the inputs in order. Throws ValueError that names a missing one. `who` begins the text, such as
/// "entry 'encode': ".
Tensors select_inputs(const std::string& who, const std::vector<nn::TensorSpec>& specs,
                      const NamedTensors& given);

/// Throws DTypeError or ShapeError that names an input which does not match, and ShapeError when inputs with
/// a batch axis of unknown extent have different numbers of rows. There are as many tensors as specs;
/// `batch_axis` is -1 when there is none.
void check_inputs(const std::string& who, const std::vector<nn::TensorSpec>& specs, const Tensors& given,
                  std::int64_t batch_axis);

}  // namespace luge::io
