// Filters of a first convolution that are not learned but computed from data.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/tensor.h"

namespace luge::data {

/// What the patches of pictures are like, and the filters that make their numbers uncorrelated.
///
///     data::PatchWhitening patches({3, 2, 2});
///     patches.add(pictures);                             // f32[N,3,H,W], as often as there are batches
///     conv.weight.assign(patches.filters(24));           // f32[24,3,2,2]
class PatchWhitening {
 public:
  /// Begins for patches of these extents [C,height,width]. Throws ShapeError unless these are three numbers
  /// from 1 whose product is at most 4,096.
  explicit PatchWhitening(const Shape& patch);

  /// Adds all patches of pictures f32[N,C,H,W], at each position. Throws ShapeError for pictures that do not
  /// have C channels or are smaller than a patch, and ValueError for a number that is not finite.
  void add(const Tensor& pictures);
  /// Returns how many patches were added.
  std::int64_t count() const { return count_; }

  /// Returns `count` filters f32[count,C,height,width]. With λ and v, the eigenvalues and eigenvectors of the
  /// second moments of the patches from the largest, the first half of the filters (one more of an odd
  /// number) are v/√(λ+epsilon), and the others are these times -1, so that a rectifier after them loses
  /// nothing. Responses of the first half are uncorrelated and have mean square λ/(λ+epsilon). Throws
  /// ValueError when `count` is below 1 or more than twice the numbers of a patch, for an epsilon that is not
  /// above 0, and when no patches were added. Source: Jordan 2024, after Page 2018.
  Tensor filters(std::int64_t count, double epsilon = 5e-4) const;

 private:
  Shape patch_;
  std::int64_t count_ = 0;
  std::vector<double> moments_;  // sums of products of all pairs of numbers of a patch
};

}  // namespace luge::data
