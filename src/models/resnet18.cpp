// resnet18 for 224x224 pictures; resnet18-cifar begins with a 3x3 convolution and no pooling, for 32x32.
#include "models/resnet.h"

namespace luge::models {
namespace {

const bool added_resnet18 = add("resnet18", "17 convolutions in 8 residual blocks, batch norm, for 224x224",
                                [](const ResnetOptions& o) { return imagenet_resnet(18, o); });

const bool added_cifar =
    add("resnet18-cifar", "resnet18 with a 3x3 stem, for 32x32", [](const ResnetOptions& o) {
      return Entry{.input = Shape{3, 32, 32},
                   .outputs = 10,
                   .defaults = published_training("momentum", 0.05, 128, 30),
                   .make = [o](std::int64_t outputs) { return resnet(18, Stem::cifar, o, outputs); }};
    });

}  // namespace
}  // namespace luge::models
