// resnet50: bottleneck blocks.
#include "models/resnet.h"

namespace luge::models {
namespace {

const bool added_resnet50 =
    add("resnet50", "49 convolutions in 16 bottleneck blocks, batch norm, for 224x224",
        [](const ResnetOptions& o) { return imagenet_resnet(50, o); });

}  // namespace
}  // namespace luge::models
