#include "models/resnet.h"

#include <fmt/format.h>

namespace luge::models {
namespace {

nn::Sequential with_shortcut(const nn::Sequential& body, std::int64_t filters, std::int64_t stride,
                             bool project) {
  if (!project) return nn::sequential(nn::Residual(body), nn::Relu());
  const auto shortcut = nn::sequential(plain_conv(filters, 1, stride), nn::BatchNorm());
  return nn::sequential(nn::Residual(body, shortcut), nn::Relu());
}

}  // namespace

nn::Sequential basic_block(std::int64_t filters, std::int64_t stride, bool project) {
  return with_shortcut(nn::sequential(plain_conv(filters, 3, stride), nn::BatchNorm(), nn::Relu(),
                                      plain_conv(filters, 3), nn::BatchNorm()),
                       filters, stride, project);
}

nn::Sequential bottleneck_block(std::int64_t filters, std::int64_t stride, bool project) {
  return with_shortcut(nn::sequential(plain_conv(filters, 1), nn::BatchNorm(), nn::Relu(),          //
                                      plain_conv(filters, 3, stride), nn::BatchNorm(), nn::Relu(),  //
                                      plain_conv(4 * filters, 1), nn::BatchNorm()),
                       4 * filters, stride, project);
}

Defaults imagenet_training() {
  return {.data = "",
          .task = "classification",
          .loss = "softmax-cross-entropy",
          .optimizer = "momentum",
          .learning_rate = 0.1,
          .batch = 256,
          .epochs = 90,
          .metrics = {"accuracy"}};
}

nn::Sequential imagenet_stem() {
  return nn::sequential(plain_conv(64, 7, 2), nn::BatchNorm(), nn::Relu(),
                        nn::MaxPool2d(3, {.stride = 2, .padding = 1}));
}

nn::Sequential resnet(nn::Sequential stem, Block block, const std::array<int, 4>& depths, bool project_first,
                      std::int64_t outputs) {
  nn::Sequential net;
  net.add("stem", stem);
  for (std::size_t stage = 0; stage < depths.size(); ++stage) {
    for (int k = 0; k < depths[stage]; ++k) {
      const bool changes = k == 0 && (stage > 0 || project_first);
      const std::int64_t stride = k == 0 && stage > 0 ? 2 : 1;
      net.add(fmt::format("stage{}_block{}", stage + 1, k + 1),
              block(std::int64_t{64} << stage, stride, changes));
    }
  }
  net.add(nn::GlobalAvgPool()).add(nn::Linear(outputs));
  return net;
}

}  // namespace luge::models
