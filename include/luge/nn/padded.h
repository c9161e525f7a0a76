// Padded: sequences of different lengths in one tensor, and the masks that follow from the lengths.
#pragma once

#include "luge/tensor.h"

namespace luge::nn {

/// Returns true at the positions before the length of each sequence: bool [N,T], for lengths [N] of any
/// integer dtype. Only the shape of `like` is used, whose axis 0 has the extent N and whose axis `axis` has
/// the extent T. Throws ShapeError when the shapes do not match, and DTypeError for lengths that are not
/// integers. Source: TensorFlow sequence_mask.
Tensor sequence_mask(const Tensor& length, const Tensor& like, int axis = 1);

/// Sequences of different lengths in one tensor. What is beyond the length of a sequence means nothing: no
/// layer lets it reach what is before the length, so that the number of padded positions changes no result. A
/// net is called with it as with a tensor:
///
///     nn::Padded states = net(nn::Padded{batch["tokens"], batch["tokens.length"]});
struct Padded {
  Tensor values;  ///< the elements [N,…]
  /// The length of each sequence, integers [N]. Empty: nothing is padded, as after a layer that makes one
  /// vector of a sequence.
  Tensor length;
  int axis = 1;  ///< the axis of `values` along which the positions lie: 1 for [N,T,C], 2 for [N,C,T]

  /// Returns other values of the same lengths.
  Padded with(Tensor other) const { return {std::move(other), length, axis}; }
  /// Returns the same sequences with two axes exchanged: [N,C,T], as convolutions need it, from [N,T,C].
  /// Throws ShapeError for an axis that does not exist, or is axis 0.
  Padded transposed(int axis_a = 1, int axis_b = 2) const;
  /// Returns sequence_mask of the lengths, bool [N,T].
  Tensor mask() const;
  /// Returns the mask with axes of extent 1, so that it broadcasts to `values`.
  Tensor expanded_mask() const;
  /// Returns the values with one number at the positions beyond the lengths, even where there was NaN. No
  /// gradient reaches these positions.
  Tensor filled(Scalar value = 0) const;
  /// Throws ShapeError or DTypeError when `length` is not integers [N], or `values` does not have the axis.
  void check() const;
};

}  // namespace luge::nn
