// Pairs of texts, such as sentences and their translations, and the steps that make ids of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/data/recipe.h"
#include "luge/options.h"

namespace luge::data {

/// The field of a pair that is read.
inline constexpr const char* kPairText = "text";
/// The field of what it becomes.
inline constexpr const char* kTranslation = "translation";
/// The field of all that it becomes anywhere in the data, one in a line.
inline constexpr const char* kReferences = "references";

/// Options of text_pairs and parallel_texts.
struct PairOptions {
  bool reverse = false;  ///< the second text becomes the first one
  /// Is told which lines are left out, and why.
  std::function<void(const std::string&)> tell = {};
};

/// Reads pairs of texts, one in a line: the texts between tabulators, of which those after the second are not
/// used, or JSON objects with "text" and "translation", "source" and "target", or {"translation": {"en": …,
/// "zh": …}}. The records have the fields kPairText, kTranslation and kReferences, UTF-8 all. The number of
/// tabulators is that of most lines; a line with another one is left out and told. Throws FileError, and
/// FormatError that names file and line for text that is not UTF-8, an empty side, a line of more than a
/// mebibyte, JSON that is damaged, and a file without a pair.
Dataset text_pairs(const std::filesystem::path& file, const PairOptions& options = {});
/// Reads pairs of texts from two files whose lines belong together. Throws FormatError when they do not have
/// the same number of lines, and as text_pairs does.
Dataset parallel_texts(const std::filesystem::path& texts, const std::filesystem::path& translations,
                       const PairOptions& options = {});
/// Returns true for records with the fields of pairs.
bool holds_pairs(const Info& info);
/// Returns two parts, the first with this fraction of the different texts. Pairs with the same text are in
/// one part, so that no part says what the other one should find out. Throws ValueError for a fraction
/// outside [0, 1] and for data without pairs.
std::pair<Dataset, Dataset> split_by_text(const Dataset& pairs, double fraction, std::uint64_t seed = 0);
/// Returns one pair of each different text, the first one.
Dataset different_texts(const Dataset& pairs);

/// What one token of a text is.
enum class TextUnits : std::uint8_t {
  words,      ///< a word with the space before it, or any other character
  characters  ///< a code point
};
/// Returns the tokens of UTF-8 text. Put one after the other they are the text again.
std::vector<std::string> text_tokens(std::string_view text, TextUnits units);

namespace steps {

/// The id that each vocabulary of text_ids has for what is not in it.
inline constexpr std::int64_t kUnknownToken = 0;
/// The id before a text.
inline constexpr std::int64_t kBeginToken = 1;
/// The id after a text.
inline constexpr std::int64_t kEndToken = 2;

/// Options of text_ids.
struct TextIdOptions {
  std::string from = kPairText;            ///< the field of text, which stays
  std::string to = "input";                ///< the field of ids
  TextUnits units = TextUnits::words;      ///< what a token is
  bool lower = false;                      ///< capital letters of ASCII become small ones
  std::int64_t vocabulary = 6000;          ///< the most ids, special ones included
  std::int64_t least = 1;                  ///< how often a token must be in the training data to have an id
  std::int64_t length = 0;                 ///< the most ids of a text, its end included; more are cut; 0: any
};
/// Makes ids i64[unknown] of a text: those of its tokens, then kEndToken. The vocabulary has the most
/// frequent tokens of the training data; of equally frequent ones those first that sort first as bytes.
/// Info::classes names the ids. Throws OptionError for options out of range, and FormatError naming the
/// sample for text that is not UTF-8.
StepRef text_ids(const TextIdOptions& options = {});
/// Makes ids of what comes before each id of the field `from`: kBeginToken, then all but the last one.
StepRef previous_ids(const std::string& from = "target", const std::string& to = "previous");
/// Returns the tokens of a raw record that text_ids of a recipe makes the ids "input" of, as the network reads
/// them: those that it does not know are as they are, and the end is the last one. Empty: there is no such
/// step.
std::vector<std::string> read_tokens(const Recipe& recipe, const Record& raw);

}  // namespace steps
}  // namespace luge::data

/// The names of the units.
template <>
struct luge::options::Names<luge::data::TextUnits> {
  /// Each with its name.
  static constexpr std::pair<luge::data::TextUnits, const char*> all[] = {
      {luge::data::TextUnits::words, "words"}, {luge::data::TextUnits::characters, "characters"}};
};
