// What the batch normalizations share: their checks and how a value of each channel meets an image.
#pragma once

#include "graph/op_registry.h"
#include "ops/attributes/norm.h"

namespace luge {

/// The input's channels as a type [C], and that the others [C] fit it. Throws what the public docstrings say.
Type check_channels(std::string_view op, const Type& x, std::span<const Type> others);
/// Means and variances of channels: of the accumulator's dtype, float32 for 16-bit images.
Type statistics_type(const Type& channels);
/// Statistics of the channels of x, in that dtype or in x's own.
void check_statistics(std::string_view op, const Type& x, std::span<const Type> statistics);
void check_epsilon(std::string_view op, double epsilon);

/// A value [C] as [C,1,…], to be broadcast against x [N,C,…].
Tensor per_channel(const Tensor& value, const Tensor& x);
/// Σ of x [N,C,…] over all axes but the channels', [C].
Tensor channel_sum(const Tensor& x);

/// Gradients of x, scale and shift from that of y.
Tensors make_batch_norm_backward(const BatchNormAttributes& a, const Tensor& dy, const Tensor& x,
                                 const Tensor& scale, const Tensor& mean, const Tensor& variance);

}  // namespace luge
