// resnet18: He et al. 2016 as torchvision has it, for 224x224 pictures; resnet18-cifar begins with a 3x3
// convolution and no pooling, for 32x32.
#include "models/resnet.h"

namespace luge::models {
namespace {

nn::Model make_model(std::int64_t outputs) {
  return resnet(imagenet_stem(), basic_block, {2, 2, 2, 2}, false, outputs);
}
nn::Model make_cifar_model(std::int64_t outputs) {
  return resnet(nn::sequential(plain_conv(64, 3), nn::BatchNorm(), nn::Relu()), basic_block, {2, 2, 2, 2},
                false, outputs);
}

const bool added = add({.name = "resnet18",
                        .description = "17 convolutions in 8 residual blocks, batch norm, for 224x224",
                        .input = Shape{3, 224, 224},
                        .outputs = 1000,
                        .defaults = imagenet_training(),
                        .make = make_model});

const bool added_cifar = add({.name = "resnet18-cifar",
                              .description = "resnet18 with a 3x3 stem, for 32x32",
                              .input = Shape{3, 32, 32},
                              .outputs = 10,
                              .defaults = {.data = "",
                                           .task = "classification",
                                           .loss = "softmax-cross-entropy",
                                           .optimizer = "momentum",
                                           .learning_rate = 0.05,
                                           .batch = 128,
                                           .epochs = 30,
                                           .metrics = {"accuracy"}},
                              .make = make_cifar_model});

}  // namespace
}  // namespace luge::models
