// resnet34: as resnet18, with more blocks.
#include "models/resnet.h"

namespace luge::models {
namespace {

const bool added_resnet34 = add("resnet34", "33 convolutions in 16 residual blocks, batch norm, for 224x224",
                                [](const ResnetOptions& o) { return imagenet_resnet(34, o); });

}  // namespace
}  // namespace luge::models
