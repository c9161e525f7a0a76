// Texts from networks that were trained with CTC: which labels the probabilities of all positions say.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace luge::tasks {

/// Labels, and how likely they are.
struct Decoded {
  std::vector<std::int64_t> labels;  ///< without blanks
  double probability = 0;            ///< of these labels, over all their alignments
};

/// Returns the labels of the likeliest alignment: the largest probability of each position, where neighbors
/// of one class are one label and blanks are left out. `probabilities` are [positions,classes], row by row,
/// and sum to 1 for each position. Throws ValueError for a number of probabilities that is not a multiple of
/// `classes`, for fewer than 1 class, and for a blank that is not a class. Source: Graves et al. 2006, best
/// path decoding.
Decoded ctc_greedy(std::span<const float> probabilities, std::int64_t classes, std::int64_t blank = 0);

/// Returns the likeliest labels among those that a beam search finds, which keeps the `beam` likeliest
/// beginnings at each position. Alignments of the same labels are added up, so that it finds labels that many
/// alignments share. With a beam as large as the number of beginnings it is exact. Throws as ctc_greedy, and
/// ValueError for a beam below 1. Source: Hannun et al. 2014, prefix beam search without a language model.
Decoded ctc_beam(std::span<const float> probabilities, std::int64_t classes, std::int64_t beam,
                 std::int64_t blank = 0);

/// Returns the probability that labels are read from the positions: the sum over all alignments. Throws as
/// ctc_greedy, and ValueError for a label that is the blank or not a class.
double ctc_probability(std::span<const float> probabilities, std::int64_t classes,
                       std::span<const std::int64_t> labels, std::int64_t blank = 0);

}  // namespace luge::tasks
