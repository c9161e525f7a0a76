// Translation: beam search for networks that write a sequence token by token, and texts from them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "luge/data/recipe.h"
#include "luge/nn/module.h"
#include "luge/train/task.h"

namespace luge::tasks {

/// How the logarithm of the probability of a sequence of n tokens becomes its score, the higher the better.
/// The tokens of the sequence itself count, its end included, and neither its beginning nor any padding.
enum class LengthPenalty : std::uint8_t {
  none,     ///< log p, which prefers short sequences
  average,  ///< log p / n
  wu2016    ///< log p / ((5 + n)/6)^alpha (Wu et al. 2016)
};

/// Options of beam_search and of translations.
struct SearchOptions {
  std::int64_t beam = 1;  ///< how many beginnings are kept; 1 takes the likeliest token each time (greedy)
  LengthPenalty penalty = LengthPenalty::average;  ///< how scores of different lengths are compared
  double alpha = 0.6;                              ///< of wu2016
  std::int64_t longest = 100;                      ///< the most tokens, the end included
};

/// A sequence that was found.
struct FoundSequence {
  std::vector<std::int64_t> ids;  ///< its tokens, without beginning and end
  double log_probability = 0;     ///< of all its tokens, the end included
  double score = 0;               ///< what the penalty makes of it
  bool ended = false;             ///< false: it was cut at the longest length
};

/// Returns the logarithms of the probabilities of what comes next, [beginnings,tokens]. Beginning k belongs
/// to sequence `of[k]` and has the ids `ids[k]`, without those of the beginning; all are equally long.
using NextTokens = std::function<std::vector<float>(std::span<const std::int64_t> of,
                                                    std::span<const std::vector<std::int64_t>> ids)>;

/// Finds the sequences of the highest scores by beam search, one for each of `count` inputs, which do not
/// influence each other. At each step the `beam` best continuations of a sequence that are the end are
/// complete, and the `beam` best others go on. The search of a sequence ends when no beginning that is kept
/// can reach a higher score than the best complete one any more, whatever comes, or at the longest length;
/// what is not complete then is returned only where nothing is. Of equal scores the smaller token wins.
/// Throws ValueError for options out of range and NaN among the probabilities.
std::vector<FoundSequence> beam_search(std::int64_t count, std::int64_t tokens, std::int64_t end,
                                       const NextTokens& next, const SearchOptions& options = {});

/// A text that a network has written.
struct Translated {
  std::string text;               ///< the text
  double log_probability = 0;     ///< of its tokens and its end
  double score = 0;               ///< by which it was chosen
  bool ended = false;             ///< false: it was cut at the longest length
  std::vector<std::string> from;  ///< the tokens that were read, the end included
  std::vector<std::string> to;    ///< the tokens that were written, the end included where it was
  /// Which tokens were looked at when each was written [to,from], where the network has an output
  /// "attention" and it was asked for.
  std::vector<float> attention = {};
};
/// Translates raw records, in batches of similar lengths that change no result. The network has the inputs
/// "input" and "previous", ids i64[N,T], and their lengths "input.length" and "previous.length"; its first
/// output are the logits [N,T,tokens] of what comes after each previous id. `recipe` makes "input" of a
/// record, `tokens` names the ids that are written. `poll` is called between batches and may throw.
std::vector<Translated> translate(const nn::Module& net, const data::Recipe& recipe,
                                  const std::vector<std::string>& tokens,
                                  const std::vector<data::Record>& records, const SearchOptions& options = {},
                                  bool attention = false, const std::function<void()>& poll = {});

/// A task whose networks translate texts.
class TranslatingTask {
 public:
  virtual ~TranslatingTask() = default;
  /// Returns how the task was told to search.
  virtual SearchOptions search() const = 0;
  /// Translates raw records with a network of the task, which knows its file.
  virtual std::vector<Translated> translated(const nn::Module& net, const std::vector<data::Record>& records,
                                             const SearchOptions& options, bool attention,
                                             const std::function<void()>& poll) const = 0;
};

}  // namespace luge::tasks
