// The last layer of a network that learns numbers such as prices.
#pragma once

#include "luge/nn/module.h"

namespace luge::experiment {

/// y = x * scale + offset with fixed numbers: what is in front learns targets of mean 0 and deviation 1, what
/// comes out is in the units of the table. Saved and loaded with the network.
class InUnits : public nn::Layer<InUnits> {
 public:
  InUnits(float scale, float offset)
      : scale_(buffer("scale", scalar(scale))), offset_(buffer("offset", scalar(offset))) {}
  Tensor forward(const Tensor& x) const override;

 private:
  nn::Parameter scale_, offset_;
};

}  // namespace luge::experiment
