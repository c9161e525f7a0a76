// The step of recipes that makes ids of text.
#pragma once

#include <cstdint>
#include <string>

#include "luge/data/recipe.h"
#include "luge/data/tokenizer.h"

namespace luge::data {

namespace steps {

/// Options of tokens.
struct TokensOptions {
  std::string from = "text";        ///< the field of text
  std::string to = "input";         ///< the field of ids
  std::string tokenizer = "words";  ///< how the text is cut, also with options: "bpe(merges=500)"
  std::int64_t longest = 0;         ///< later ids are left out; 0: none are
};
/// Makes a field of ids i64[unknown] of a field of text. The tokenizer learns from the training data alone.
/// A text without any token becomes one unknown id, or throws ValueError naming it where there is no such
/// id. Throws as the tokenizer does.
StepRef tokens(const TokensOptions& options = {});

}  // namespace steps

/// Returns the tokenizer that the step `tokens` of a recipe learned; null when there is no such step.
TokenizerRef tokenizer_of(const Recipe& recipe);

}  // namespace luge::data
