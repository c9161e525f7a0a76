// What part of a picture each position of a computed picture depends on.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "luge/tensor.h"

namespace luge {

/// The part of the input that a position of an output depends on, along one axis. Position 0 depends on the
/// `size` elements from `start` on, which may lie outside of the input, in its padding; each further position
/// on those `stride` elements further. With transposed convolutions and enlargement the numbers may be
/// fractions.
struct ReceptiveAxis {
  double size = 1;    ///< elements of the input
  double stride = 1;  ///< elements of the input between neighboring positions
  double start = 0;   ///< the first element that position 0 depends on
  /// Returns true when all three are equal.
  bool operator==(const ReceptiveAxis&) const = default;
};

/// Along height and width.
using ReceptiveField = std::array<ReceptiveAxis, 2>;

/// Returns the receptive field of each output [N,C,H,W] that was computed from `picture` [N,C,H,W] and has
/// not been evaluated yet. With k taps at distance d and stride s, a convolution or pooling makes of size r,
/// stride j and start b: r + (k - 1)·d·j, s·j, b - p·j with padding p; a transposed convolution divides in
/// the same way. Where several paths meet, the field holds those of all of them. It is empty where an
/// operation on the way moves pixels in a way that no formula describes, or takes all of them, and for an
/// output that does not depend on the picture. Source: Araujo et al. 2019.
std::vector<std::optional<ReceptiveField>> receptive_fields(const Tensor& picture, const Tensors& outputs);

}  // namespace luge
