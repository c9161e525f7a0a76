#pragma once
#include "graph/op.h"
#include "ops/attributes/conv.h"
#include "ops/attributes/pool.h"

namespace luge {

// A convolution that is only read by a max pooling, image by image, so that the image between them stays in a
// core's cache. Made by the compiler, after differentiation.
//   conv_pool (x, w, optional b → y, positions): max_pool(relu?(conv(x, w, b)))
//   conv_pool_backward_weights (x, dy, positions, w for its type → dw, db):
//     conv_backward_weights(x, max_pool_backward(dy, positions), w)
struct ConvPoolAttributes {
  ConvAttributes conv;
  PoolAttributes pool;
  bool relu = false;
  static void fields(auto& self, auto&& field) {
    field("stride", self.conv.stride);
    field("dilation", self.conv.dilation);
    field("padding", self.conv.padding);
    field("pads", self.conv.pads);
    field("groups", self.conv.groups);
    field("pool_kernel", self.pool.kernel);
    field("pool_stride", self.pool.stride);
    field("pool_dilation", self.pool.dilation);
    field("pool_padding", self.pool.padding);
    field("pool_pads", self.pool.pads);
    field("ceil_mode", self.pool.ceil_mode);
    field("relu", self.relu);
  }
};

OpRef conv_pool_op(ConvPoolAttributes attributes);
OpRef conv_pool_backward_weights_op(ConvPoolAttributes attributes);

}  // namespace luge
