// What part of a picture each position of the output of a layer depends on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/nn/module.h"
#include "luge/ops/receptive_field.h"

namespace luge::nn {

/// One finished call of a layer whose output has the axes of a picture.
struct LayerField {
  std::string path;                     ///< the path of the module, such as "block1.conv1"
  std::string type;                     ///< its type, such as "Conv2d"
  Shape output;                         ///< of its output, [N,C,H,W]
  std::optional<ReceptiveField> field;  ///< as luge::receptive_fields says
};

/// Returns the receptive fields of all calls inside a network, in order, for a picture x [N,C,H,W]. Throws
/// ShapeError when x does not have four axes.
std::vector<LayerField> receptive_fields(const Module& net, const Tensor& x);

}  // namespace luge::nn
