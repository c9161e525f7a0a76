// Our own convolutions, as conv/candidates.cpp lists them.
#pragma once

#include <cstdint>
#include <memory>

#include "backend/backend.h"

namespace luge::cpu::conv {

using Candidate = std::unique_ptr<const Kernel>;

/// Kernels may be offered only where they were measured to be faster than oneDNN's, which is with AVX2.
enum class Where : std::uint8_t { faster, anywhere };

/// Windows of 1x1 over blocks of channels.
Candidate pointwise_conv(Where where = Where::faster);
Candidate pointwise_conv_backward_data(Where where = Where::faster);
/// Windows for each channel alone.
Candidate depthwise_conv(Where where = Where::faster);

/// Vectors run along the rows of images with few channels.
Candidate rows_conv();
Candidate rows_conv_backward_data();
Candidate rows_conv_backward_weights();
/// Vectors hold filters, for images with few channels.
Candidate lanes_conv_backward_weights();

/// Any float64 convolution of some size, which oneDNN does not have.
Candidate float64_conv();
Candidate float64_conv_backward_data();
Candidate float64_conv_backward_weights();

/// F(4x4, 3x3) in blocks of channels.
Candidate winograd_conv();
Candidate winograd_conv_backward_data();
Candidate winograd_conv_backward_weights();

}  // namespace luge::cpu::conv
