// Characters of texts that the vocabulary of a network does not have, as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "luge/data/unknown_text.h"

namespace luge::cli {

/// {"count", "of", "characters": the different ones}.
inline nlohmann::ordered_json unknown_json(const data::UnknownText& text) {
  return {{"count", text.unknown}, {"of", text.characters}, {"characters", text.different}};
}

}  // namespace luge::cli
