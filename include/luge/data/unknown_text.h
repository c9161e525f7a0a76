// What a vocabulary does not have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/data/recipe.h"

namespace luge::data {

/// Characters of texts that the vocabulary of a network does not have.
struct UnknownText {
  std::int64_t characters = 0;              ///< the number of characters of all texts
  std::int64_t unknown = 0;                 ///< how many of them the vocabulary does not have
  std::vector<std::string> different = {};  ///< the different ones, in the order in which they occur

  /// Returns what was done with them, for people; empty when all are known.
  std::string to_string() const;
};

/// Adds the text of a raw record, as steps::characters of the recipe reads it: a character that is not known
/// becomes id 0. Nothing is added when the recipe has no such step or the record does not have its field.
void add_unknown(const Recipe& recipe, const Record& raw, UnknownText& to);

}  // namespace luge::data
