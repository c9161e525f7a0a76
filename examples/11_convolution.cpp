// Convolution seen with numbers: an edge filter on one channel, a bias, the mean of three color channels, and
// what padding does to the size.
//
// Prints:
//   vertical edges f32[3,3] {{2, 5, 5}, {-1, 2, 1}, {-7, 5, 3}}
//   one window and a bias of 1: 1
//   wrote average.png
//   inside, the mean of 27 values: {0..1e-6} away
//   in the corner, 12 of 27 values: {0..1e-6} away
//   valid [3,3], same [5,5], full [7,7], stride 2 [3,3], padding by hand [7,8]
#include <luge/luge.h>

#include <cmath>
#include <iostream>

using namespace luge;

// A picture of three color channels: red grows to the right, green downward, blue is a disc.
Tensor color_picture(std::int64_t height, std::int64_t width) {
  const Tensor row = arange(0, height, 1, f32) / height, column = arange(0, width, 1, f32) / width;
  const Tensor y = broadcast_to(reshape(row, {height, 1}), {height, width});
  const Tensor x = broadcast_to(reshape(column, {1, width}), {height, width});
  const Tensor disc = cast(less(square(x - 0.5) + square(y - 0.5), 0.1f), f32);
  return unsqueeze(stack({x, y, disc}), 0);
}

int main() {
  // One channel, one filter. Tensors are [pictures, channels, height, width], kernels [filters, channels, …].
  const Tensor picture = tensor<float>(
      {2, 1, 2, 3, 4, 1, 2, 3, 1, 3, 4, 2, 4, 6, 7, 6, 4, 3, 3, 1, 5, 2, 1, 4, 3}, {1, 1, 5, 5});
  const Tensor edges = tensor<float>({-1, 0, 1, -1, 0, 1, -1, 0, 1}, {1, 1, 3, 3});
  std::cout << "vertical edges " << squeeze(conv2d(picture, edges)) << '\n';

  const Tensor window = tensor<float>({1, 0, 2, 5, 4, 2, 3, 4, 5}, {1, 1, 3, 3});
  std::cout << "one window and a bias of 1: " << conv2d(window, edges, ones({1})).item<float>() << '\n';

  // Three channels, one filter: 27 weights of 1/27 give one gray channel.
  const Tensor colors = color_picture(48, 64);
  const Tensor average = conv2d(colors, full({1, 3, 3, 3}, 1.0 / 27), {}, {.padding = PaddingMode::same});
  io::Image file{.height = 48, .width = 64, .channels = 1, .pixels = {}};
  for (const float value : average.to_vector<float>())
    file.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * value)));
  io::write_png("average.png", file);
  std::cout << "wrote average.png\n";

  const auto sum_of = [&](std::int64_t top, std::int64_t left, std::int64_t rows, std::int64_t columns) {
    return sum(slice(slice(colors, 2, top, top + rows), 3, left, left + columns)).item<float>();
  };
  const auto at = [&](std::int64_t y, std::int64_t x) { return average[0][0][y][x].item<float>(); };
  std::cout << "inside, the mean of 27 values: " << std::abs(at(20, 30) - sum_of(19, 29, 3, 3) / 27)
            << " away\n";
  std::cout << "in the corner, 12 of 27 values: " << std::abs(at(0, 0) - sum_of(0, 0, 2, 2) / 27)
            << " away\n";

  // The size: valid 5-3+1, same as it was, full 5+3-1.
  const auto size = [&](const ConvOptions& options) {
    const Shape shape = conv2d(picture, edges, {}, options).shape();
    return Shape{shape[2], shape[3]}.to_string();
  };
  std::cout << "valid " << size({}) << ", same " << size({.padding = PaddingMode::same}) << ", full "
            << size({.padding = PaddingMode::full}) << ", stride 2 "
            << size({.stride = 2, .padding = PaddingMode::same}) << ", padding by hand "
            << size({.padding = {{2, 2}, {2, 3}}}) << '\n';
}
