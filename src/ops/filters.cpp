// gaussian_kernel, box_kernel, sobel_kernel, laplacian_kernel, sharpen_kernel, emboss_kernel: kernels of
// image filters for a depthwise convolution.
#include "luge/ops/filters.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

void check_filter(std::string_view op, std::int64_t channels, std::int64_t extent, DType dtype) {
  check_float(op, {dtype, Shape{}});
  for (const auto& [what, value] : {std::pair("channels", channels), std::pair("extent", extent)}) {
    if (value < 1) throw ValueError(fmt::format("{}: {} is {}; expected 1 or more", op, what, value));
  }
  Shape{channels, 1, extent, extent}.elements();  // refuses what 64 bits do not count
}

// The same window for each channel.
Tensor for_channels(std::string_view op, std::int64_t channels, const std::vector<double>& window,
                    DType dtype) {
  const auto extent = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(window.size()))));
  check_filter(op, channels, extent, dtype);
  const Tensor one = cast(tensor(window, {1, 1, extent, extent}), dtype);
  return broadcast_to(one, {channels, 1, extent, extent});
}

}  // namespace

Tensor gaussian_kernel(std::int64_t channels, std::int64_t extent, double sigma, DType dtype) {
  check_filter("gaussian_kernel", channels, extent, dtype);
  if (!(sigma > 0) || std::isinf(sigma)) {
    throw ValueError(fmt::format("gaussian_kernel: sigma is {}; expected a finite number above 0", sigma));
  }
  std::vector<double> line(static_cast<std::size_t>(extent)), window;
  double sum = 0;
  for (std::size_t k = 0; k < line.size(); ++k) {
    const double distance = (static_cast<double>(k) - static_cast<double>(extent - 1) / 2) / sigma;
    sum += line[k] = std::exp(-distance * distance / 2);
  }
  for (const double row : line) {
    for (const double column : line) window.push_back(row / sum * (column / sum));
  }
  return for_channels("gaussian_kernel", channels, window, dtype);
}

Tensor box_kernel(std::int64_t channels, std::int64_t extent, DType dtype) {
  check_filter("box_kernel", channels, extent, dtype);
  const double elements = static_cast<double>(extent) * static_cast<double>(extent);
  return full({channels, 1, extent, extent}, 1 / elements, dtype);
}

Tensor sobel_kernel(std::int64_t channels, bool vertical, DType dtype) {
  if (vertical) return for_channels("sobel_kernel", channels, {-1, -2, -1, 0, 0, 0, 1, 2, 1}, dtype);
  return for_channels("sobel_kernel", channels, {-1, 0, 1, -2, 0, 2, -1, 0, 1}, dtype);
}

Tensor laplacian_kernel(std::int64_t channels, bool diagonals, DType dtype) {
  if (diagonals) return for_channels("laplacian_kernel", channels, {1, 1, 1, 1, -8, 1, 1, 1, 1}, dtype);
  return for_channels("laplacian_kernel", channels, {0, 1, 0, 1, -4, 1, 0, 1, 0}, dtype);
}

Tensor sharpen_kernel(std::int64_t channels, double amount, DType dtype) {
  const double a = amount;
  return for_channels("sharpen_kernel", channels, {0, -a, 0, -a, 1 + 4 * a, -a, 0, -a, 0}, dtype);
}

Tensor emboss_kernel(std::int64_t channels, DType dtype) {
  return for_channels("emboss_kernel", channels, {-2, -1, 0, -1, 1, 1, 0, 1, 2}, dtype);
}

}  // namespace luge
