// resnet50: bottleneck blocks (He et al. 2016), the stride in the 3x3 convolution as in torchvision.
#include "models/resnet.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) {
  return resnet(imagenet_stem(), bottleneck_block, {3, 4, 6, 3}, true, outputs);
}

const bool added = add({.name = "resnet50",
                        .description = "49 convolutions in 16 bottleneck blocks, batch norm, for 224x224",
                        .input = Shape{3, 224, 224},
                        .outputs = 1000,
                        .defaults = imagenet_training(),
                        .make = make_model});

}  // namespace
}  // namespace luge::models
