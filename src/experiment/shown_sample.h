// A sample as a page shows it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "luge/data/dataset.h"

namespace luge::experiment {

/// {"picture": "data:image/png;base64,..."}, {"text": "..."}, or {"row": [[name, value], ...]}; empty for
/// others. `samples` are those before the recipe.
nlohmann::ordered_json shown_sample(const data::Dataset& samples, std::int64_t index);

}  // namespace luge::experiment
