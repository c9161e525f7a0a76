// resnet101 and resnet152: as resnet50, with more blocks.
#include "models/resnet.h"

namespace luge::models {
namespace {

const bool added_resnet101 =
    add("resnet101", "100 convolutions in 33 bottleneck blocks, batch norm, for 224x224",
        [](const ResnetOptions& o) { return imagenet_resnet(101, o); });
const bool added_152 = add("resnet152", "151 convolutions in 50 bottleneck blocks, batch norm, for 224x224",
                           [](const ResnetOptions& o) { return imagenet_resnet(152, o); });

}  // namespace
}  // namespace luge::models
