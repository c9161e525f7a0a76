// Our own convolutions, as conv/candidates.cpp lists them.
#pragma once

#include <memory>

#include "backend/backend.h"

namespace luge::cpu::conv {

using Candidate = std::unique_ptr<const Kernel>;

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
