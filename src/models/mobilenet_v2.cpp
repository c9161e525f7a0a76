// mobilenet-v2: inverted residual blocks with depthwise convolutions (Sandler et al. 2018), as in
// torchvision.
#include <fmt/format.h>

#include "models/resnet.h"

namespace luge::models {
namespace {

// Widens to `expansion` times the channels, filters each alone, narrows again.
nn::Sequential inverted_body(std::int64_t in, std::int64_t out, std::int64_t expansion, std::int64_t stride) {
  nn::Sequential body;
  const std::int64_t wide = in * expansion;
  if (expansion != 1) body.add(plain_conv(wide, 1)).add(nn::BatchNorm()).add(nn::Relu6());
  body.add(plain_conv(wide, 3, stride, wide)).add(nn::BatchNorm()).add(nn::Relu6());
  return body.add(plain_conv(out, 1)).add(nn::BatchNorm());
}

struct Stage {
  std::int64_t expansion, filters, depth, stride;
};
constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                            {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

nn::Model make_model(std::int64_t outputs) {
  nn::Sequential net = nn::sequential(plain_conv(32, 3, 2), nn::BatchNorm(), nn::Relu6());
  std::int64_t channels = 32;
  int number = 0;
  for (const Stage& stage : stages) {
    for (std::int64_t k = 0; k < stage.depth; ++k) {
      const std::int64_t stride = k == 0 ? stage.stride : 1;
      const auto body = inverted_body(channels, stage.filters, stage.expansion, stride);
      const std::string name = fmt::format("block{}", ++number);
      if (stride == 1 && channels == stage.filters) {
        net.add(name, nn::Residual(body));
      } else {
        net.add(name, body);
      }
      channels = stage.filters;
    }
  }
  net.add(plain_conv(1280, 1)).add(nn::BatchNorm()).add(nn::Relu6()).add(nn::GlobalAvgPool());
  return net.add(nn::Dropout(0.2)).add(nn::Linear(outputs, {.init = init::small_random()}));
}

const bool added = add({.name = "mobilenet-v2",
                        .description = "17 inverted residual blocks, depthwise convolutions, for 224x224",
                        .input = Shape{3, 224, 224},
                        .outputs = 1000,
                        .defaults = {.data = "",
                                     .task = "classification",
                                     .loss = "softmax-cross-entropy",
                                     .optimizer = "momentum",
                                     .learning_rate = 0.045,
                                     .batch = 96,
                                     .epochs = 90,
                                     .metrics = {"accuracy"}},
                        .make = make_model});

}  // namespace
}  // namespace luge::models
