// Weights of samples that follow from their class: class weights, and labels that are ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "luge/tensor.h"

namespace luge::loss {

/// The weight of each sample, from its class and ignore_index; empty when all weights are 1. The target holds
/// labels or the shares of the classes. Throws ValueError, which begins with `loss`, when the number of class
/// weights is not the number of classes.
Tensor weights_by_class(std::string_view loss, std::int64_t axis, const std::vector<double>& class_weights,
                        const std::optional<std::int64_t>& ignore_index, const Tensor& scores,
                        const Tensor& target);
/// Throws OptionError when there are class weights and all are 0.
void check_class_weights(std::string_view loss, const std::vector<double>& class_weights);

}  // namespace luge::loss
