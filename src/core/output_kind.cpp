#include "luge/output_kind.h"

#include <array>
#include <cstddef>

namespace luge {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"values", "logits", "binary_logits", "probabilities",
                                                    "binary_probabilities"};

}  // namespace

std::string_view name(OutputKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<OutputKind> output_kind_named(std::string_view name) {
  for (std::size_t k = 0; k < kNames.size(); ++k) {
    if (name == kNames[k]) return static_cast<OutputKind>(k);
  }
  return std::nullopt;
}

bool is_by_class(OutputKind kind) { return kind == OutputKind::logits || kind == OutputKind::probabilities; }

bool is_binary(OutputKind kind) {
  return kind == OutputKind::binary_logits || kind == OutputKind::binary_probabilities;
}

}  // namespace luge
