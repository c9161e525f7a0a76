// Values of records as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "luge/data/record.h"

namespace luge::experiment {

/// Text as text, a single number as a number, all else as a flat list of numbers.
nlohmann::ordered_json to_json(const data::HostArray& value);

}  // namespace luge::experiment
