// Sums of losses as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luge/options.h"

namespace luge::loss {

/// "sum(terms=…)" for a text such as "binary-cross-entropy+0.5*dice(smooth=2)"; nothing for another text.
std::optional<std::string> sum_text(std::string_view text);
/// The options of the loss of this name.
std::vector<options::Info> options_of(const std::string& name);

}  // namespace luge::loss
