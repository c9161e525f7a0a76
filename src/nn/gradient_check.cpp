#include "luge/nn/gradient_check.h"

namespace luge::nn {

GradientReport gradient_check(const Module& net, const NamedTensors& inputs,
                              const GradientCheckOptions& options) {
  if (!net.built()) net.build(inputs);
  return luge::gradient_check([&] { return net(inputs).values(); }, net.parameters(), options);
}

}  // namespace luge::nn
