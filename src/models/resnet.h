// The parts that residual networks are made of.
#pragma once

#include <array>

#include "luge/init/init.h"
#include "models/layers.h"

namespace luge::models {

/// A convolution without bias, padded so that stride 1 keeps the extents, drawn by He et al.'s fan_out rule.
inline nn::Conv2d plain_conv(std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1,
                             std::int64_t groups = 1) {
  return nn::Conv2d(filters, {.kernel = kernel,
                              .stride = stride,
                              .padding = (kernel - 1) / 2,
                              .groups = groups,
                              .bias = false,
                              .init = init::he_normal(init::Fan::out)});
}

/// Two 3x3 convolutions; `project`: the shortcut changes extents or channels.
nn::Sequential basic_block(std::int64_t filters, std::int64_t stride, bool project);
/// 1x1, 3x3 and 1x1 convolutions, the last to four times `filters`; the stride is the middle one's.
nn::Sequential bottleneck_block(std::int64_t filters, std::int64_t stride, bool project);

/// How residual networks for ImageNet are trained (He et al. 2016).
Defaults imagenet_training();

/// The 7x7 convolution and pooling with which the networks for ImageNet begin.
nn::Sequential imagenet_stem();

using Block = nn::Sequential (*)(std::int64_t filters, std::int64_t stride, bool project);
/// A stem, four stages of blocks with 64 to 512 filters, the mean of each channel, a linear layer.
nn::Sequential resnet(nn::Sequential stem, Block block, const std::array<int, 4>& depths, bool project_first,
                      std::int64_t outputs);

}  // namespace luge::models
