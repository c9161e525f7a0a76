// Kernels of well-known image filters, ready for a depthwise conv2d.
/// @file
/// Each function returns weights [channels,1,k,k]: conv2d(x, gaussian_kernel(3, 5, 1.0), {}, {.padding =
/// PaddingMode::same, .groups = 3}) filters the three channels of x. Throws ValueError for a number of
/// channels or an extent below 1 and DTypeError when the dtype is not floating.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Returns exp(-(i² + j²)/2σ²) around the center of an extent × extent window, scaled to the sum 1. Throws
/// ValueError for a sigma that is not above 0. Source: torchvision functional.gaussian_blur.
Tensor gaussian_kernel(std::int64_t channels, std::int64_t extent, double sigma, DType dtype = f32);
/// Returns 1/extent² everywhere: the mean of the window.
Tensor box_kernel(std::int64_t channels, std::int64_t extent, DType dtype = f32);
/// Returns the 3×3 slope along the width, {-1, 0, 1} times {1, 2, 1} down; `vertical` gives the slope along
/// the height. Source: Sobel and Feldman 1968.
Tensor sobel_kernel(std::int64_t channels, bool vertical = false, DType dtype = f32);
/// Returns the 3×3 sum of second differences: 1 at the four neighbors and -4 at the center; `diagonals` takes
/// all eight neighbors and -8.
Tensor laplacian_kernel(std::int64_t channels, bool diagonals = false, DType dtype = f32);
/// Returns the identity minus `amount` times laplacian_kernel: 5 at the center and -1 at the four neighbors
/// for amount 1.
Tensor sharpen_kernel(std::int64_t channels, double amount = 1, DType dtype = f32);
/// Returns {-2, -1, 0}, {-1, 1, 1}, {0, 1, 2}: light from the upper left.
Tensor emboss_kernel(std::int64_t channels, DType dtype = f32);

}  // namespace luge
