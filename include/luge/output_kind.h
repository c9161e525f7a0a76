// OutputKind: what the outputs of a network mean. Losses, metrics, tasks and model files state it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace luge {

/// What the outputs of a network mean.
enum class OutputKind : std::uint8_t {
  values,               ///< real numbers, as in regression
  logits,               ///< one logit for each class; softmax gives probabilities
  binary_logits,        ///< logits of yes or no; sigmoid gives probabilities
  probabilities,        ///< one probability for each class
  binary_probabilities  ///< probabilities of yes or no
};

/// Returns the name, such as "binary_logits".
std::string_view name(OutputKind kind);
/// Returns the kind of this name, or nothing for another name.
std::optional<OutputKind> output_kind_named(std::string_view name);
/// Returns true when there is one output for each class, which exclude each other. The position of the
/// largest output is the class.
bool is_by_class(OutputKind kind);
/// Returns true when each output answers yes or no for itself.
bool is_binary(OutputKind kind);

}  // namespace luge
