// conv_pool and conv_pool_backward_weights: convolution and max pooling as one step, made by the compiler.
#include "ops/attributes/conv_pool.h"
#include "graph/node.h"
#include "luge/ops/math.h"
#include "ops/checks.h"
#include "ops/conv.h"
#include "ops/pool.h"

namespace luge {
namespace {

constexpr auto after_gradients = "it is made after gradients are taken";

struct ConvPool : Op<ConvPool, ConvPoolAttributes> {
  static constexpr auto name = "conv_pool";
  static constexpr auto no_gradient = after_gradients;

  Types infer(const Types& in) const {
    const Shape y = pool_shape(name, pool, conv_type(name, conv, in[0], in[1]));
    return {{in[0].dtype, y}, {u8, y}};
  }
  Tensors decompose(const Tensors& in) const {
    const Tensor plane = make_conv(conv, in[0], in[1], in.size() == 3 ? in[2] : Tensor());
    return make_max_pool(pool, relu ? luge::relu(plane) : plane);
  }
};

struct ConvPoolBackwardWeights : Op<ConvPoolBackwardWeights, ConvPoolAttributes> {
  static constexpr auto name = "conv_pool_backward_weights";
  static constexpr auto no_gradient = after_gradients;
  static constexpr Traits traits{.type_only = 1u << 3};

  Types infer(const Types& in) const {
    check_inputs(name, in, 4);
    const Type w{in[0].dtype, in[3].shape};  // of 16-bit products the gradient may be float32
    check_same_shape(name, "output gradient", in[1], "pool's output",
                     {in[0].dtype, pool_shape(name, pool, conv_type(name, conv, in[0], w))});
    return {in[3], {in[3].dtype, Shape{in[3].shape[0]}}};
  }
  Tensors decompose(const Tensors& in) const {
    const Type x{in[0].dtype(), in[0].shape()}, w{in[0].dtype(), in[3].shape()};
    const Tensor plane = typed_leaf(conv_type(name, conv, x, w));
    return make_conv_backward_weights(conv, in[0], make_max_pool_backward(pool, in[1], in[2], plane), in[3]);
  }
};

}  // namespace

OpRef conv_pool_op(ConvPoolAttributes attributes) { return op_ref<ConvPool>(std::move(attributes)); }
OpRef conv_pool_backward_weights_op(ConvPoolAttributes attributes) {
  return op_ref<ConvPoolBackwardWeights>(std::move(attributes));
}

}  // namespace luge
