// What tells attention where an element of a sequence is: rotations and sine waves.
#pragma once

#include <cstdint>

#include "luge/dtype.h"
#include "luge/tensor.h"

namespace luge {

/// Options of rotary_embedding.
struct RotaryOptions {
  /// Features 2k and 2k+1 are a pair; false: features k and k + features/2 are.
  bool interleaved = false;
  double base = 10000;        ///< pair k is turned by position·base^(-2k/features)
  std::int64_t offset = 0;    ///< the position of the first element, where no positions are given
  std::int64_t features = 0;  ///< how many of the last axis are turned, from the first on; 0: all
};
/// Returns x [...,T,d], floating, with each pair of features turned by an angle that is proportional to the
/// position of the element. So products of two turned vectors depend on the distance of their positions.
/// `positions` are integers that broadcast to [...,T]; without them they are offset, offset + 1, …. Angles
/// are computed in float64. Throws ShapeError for an x without these axes and for positions that do not fit,
/// DTypeError for positions that are not integers, and ValueError for an odd or too large number of features
/// or a base that is not above 0. Source: Su et al. 2021 (RoFormer); ONNX RotaryEmbedding.
Tensor rotary_embedding(const Tensor& x, const RotaryOptions& options = {}, const Tensor& positions = {});

/// Returns sine waves of positions of any shape, integers or floating numbers: [...,width] of `dtype`, with
/// sin(p·base^(-2k/width)) in feature 2k and the cosine of the same angle in feature 2k+1. Angles are
/// computed in float64. Throws ValueError for a width below 1 or a base that is not above 0, and DTypeError
/// for a `dtype` that is not floating. Source: Vaswani et al. 2017, section 3.5.
Tensor sinusoidal_encoding(const Tensor& positions, std::int64_t width, double base = 10000,
                           DType dtype = f32);

}  // namespace luge
