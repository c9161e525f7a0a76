// What networks that translate say, for luge eval and luge predict.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command.h"
#include "experiment/raw_inputs.h"
#include "luge/data/dataset.h"
#include "luge/nn/load.h"
#include "luge/tasks/registry.h"
#include "luge/tasks/translation.h"

namespace luge::cli {

/// The task as one that translates; null where it does not.
const tasks::TranslatingTask* translating(const tasks::Learned& learned);

/// A search over a whole part, and how good its texts are.
struct TranslationScore {
  std::string name;  // "greedy", "beam 5"
  double bleu = 0;   // 0 to 100
  double seconds = 0;
  std::vector<std::string> texts;
};
/// Translates one pair of each different text and compares with all of its translations.
struct TranslationScores {
  std::vector<TranslationScore> searches;
  std::int64_t sentences = 0;
  std::string signature;
  data::Dataset samples;  // what was translated
};
/// `tokenize` is a name of sacrebleu, or auto: zh where most of the true texts are Chinese, else 13a.
TranslationScores translation_scores(const tasks::TranslatingTask& task, const nn::Module& net,
                                     const data::Dataset& raw, std::int64_t beam, const std::string& tokenize);
/// The choices of `tokenize`.
std::vector<std::string> bleu_choices();
void print_translations(const TranslationScores& scores);
nlohmann::ordered_json translations_json(const TranslationScores& scores);

/// The lines of a text file, each a raw input.
experiment::RawInputs lines_of_text(const std::string& path);
/// Translates all inputs at once. With `to`, which ends with .png or .svg, draws where the network looked for
/// the first of them; returns whether it did.
std::vector<data::Record> translate_inputs(const tasks::TranslatingTask& task, const nn::Module& net,
                                           const experiment::RawInputs& found, const std::string& to);

}  // namespace luge::cli
