// Values of options as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "luge/options.h"

namespace luge::options {

/// The value as JSON; nothing is null.
nlohmann::ordered_json json_of(const Value& value);

}  // namespace luge::options
