// Names, dtypes and shapes of inputs and outputs as JSON, and back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "luge/nn/tensor_spec.h"

namespace luge::io {

/// [{"name": …, "dtype": …, "shape": [null, 3]}, …]; null is an unknown extent.
nlohmann::ordered_json to_json(const std::vector<nn::TensorSpec>& specs);
/// Throws FormatError that says what is wrong with which of them.
std::vector<nn::TensorSpec> specs_from_json(const nlohmann::ordered_json& json);

/// Throws ValueError when a name is empty or given twice; `what` is "input" or "output".
void check_names(const std::vector<nn::TensorSpec>& specs, const char* what);

}  // namespace luge::io
