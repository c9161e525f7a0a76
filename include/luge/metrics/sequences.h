// Figures of texts and other sequences of tokens, measured on the host.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "luge/metrics/host_metric.h"

namespace luge::metrics {

/// The character error rate: how many characters must be inserted, deleted or replaced so that the
/// predictions become the truth (Levenshtein 1966), over the number of true characters, all samples together.
/// It is 0 without a sample, can be above 1, and counts true texts without a character as one of length 1
/// altogether. The prediction has "text", UTF-8, whose code points are compared without white space at both
/// ends; or "tokens", a list of i32 or i64 ids. The truth has "target" of the same kind. The figure is "cer".
/// update throws ValueError for a missing field and DTypeError for one of another kind. Source: jiwer cer.
class CharacterErrorRate : public HostMetric {
 public:
  /// Makes the metric.
  CharacterErrorRate();
};

/// The word error rate: the same for words, which white space separates. Tokens are compared as they are. The
/// figure is "wer". Source: jiwer wer.
class WordErrorRate : public HostMetric {
 public:
  /// Makes the metric.
  WordErrorRate();
};

/// The exact match: the share of the samples whose whole text, or list of ids, is right. Texts are compared
/// without white space at both ends. It is 0 without a sample. Fields and errors are those of
/// CharacterErrorRate. The figure is "exact-match". Source: Rajpurkar et al. 2016, without their changes to
/// texts.
class ExactMatch : public HostMetric {
 public:
  /// Makes the metric.
  ExactMatch();
};

/// What BLEU does where no n-gram of a length is found.
enum class Smoothing : std::uint8_t {
  none,     ///< the score is 0
  floor,    ///< 0.1 is found (Chen and Cherry 2014, method 1)
  add_one,  ///< of more than one word, one is added to what is found and to all (Lin and Och 2004)
  exp       ///< 1/2 is found, at the next such length 1/4, and so on (Chen and Cherry 2014, method 3; NIST)
};

/// How BLEU cuts a text into tokens.
enum class BleuTokens : std::uint8_t {
  none,       ///< at white space
  mteval13a,  ///< "13a": at white space and at Western punctuation, as mteval-v13a does
  zh,         ///< each Chinese character is a token; the rest as 13a without its entities
  characters  ///< "char": each character that is not white space is a token
};
/// Returns the tokens of a text as BLEU counts them. Bytes that are not UTF-8 are characters of their own.
/// Source: sacrebleu's tokenizers 13a, zh, char and none (Post 2018).
std::vector<std::string> bleu_tokens(std::string_view text, BleuTokens how);
/// Returns the name of it: "none", "13a", "zh" or "char".
std::string bleu_tokens_name(BleuTokens how);

/// Options of BLEU.
struct BLEUOptions {
  std::int64_t n = 4;                                   ///< the length of the longest n-grams, 1 to 16
  Smoothing smoothing = Smoothing::none;                ///< what is done where none is found
  BleuTokens tokenize = BleuTokens::none;               ///< how texts are cut into tokens
  bool operator==(const BLEUOptions&) const = default;  ///< true when all options are equal
};
/// The BLEU score from 0 to 1 of a corpus: the geometric mean of the shares of the n-grams of 1 to n words
/// that are in the true text too, each as often as there at most, times the brevity penalty
/// exp(1 - true length / predicted length) where predictions are shorter. Counts are those of all samples
/// together. The prediction has "text", cut as `tokenize` says, or "tokens", as they are; the truth has
/// "target" of the same kind. Where the truth has "references", a text with one true text in each line, any
/// of them may be met: an n-gram counts as often as in the one that has it most often, and the true length is
/// that of the reference whose length is closest, the shorter one of two. It is 0 without a sample and where
/// no word is right. A text that is shorter than n has no n-grams; NLTK counts one for it that is not found.
/// The figure is "bleu". Errors are those of CharacterErrorRate. With smoothing exp it is what sacrebleu
/// gives, over 100. Source: Papineni et al. 2002, NLTK corpus_bleu, sacrebleu corpus_bleu.
class BLEU : public HostMetric {
 public:
  /// Makes the metric.
  explicit BLEU(const BLEUOptions& options = {});
};
/// Returns how a score was computed, in the form of sacrebleu's signatures:
/// "nrefs:1|case:mixed|eff:no|tok:zh|smooth:exp". `references` is the number of references of each sample, 0
/// where it varies.
std::string bleu_signature(const BLEUOptions& options, std::int64_t references = 1);

}  // namespace luge::metrics
