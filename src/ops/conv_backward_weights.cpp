// conv_backward_weights: the gradients of a convolution's weights and bias.
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/conv.h"
#include "ops/conv_loop.h"
#include "ops/mixed.h"

namespace luge {
namespace {

template <class T, class R>
void correlate(const ConvChannels& n, const Space<ConvAttributes>& s, const T* x, const T* dy, R* dw) {
  const std::int64_t image = volume(s.in), result = volume(s.out), taps = volume(s.kernel);
  for (std::int64_t pair = 0; pair < n.groups * n.out * n.in; ++pair) {
    const std::int64_t o = pair / n.in, in_channel = (o / n.out) * n.in + pair % n.in;
    for_positions(s.kernel, [&](std::int64_t tap, const Position& k) {
      Wide<T> sum{0};
      for_positions(s.out, [&](std::int64_t index, const Position& at) {
        const std::int64_t from = s.read_by(at, k);
        if (from < 0) return;
        for (std::int64_t b = 0; b < n.batch; ++b) {
          sum = plus(sum, times(widen(x[(b * n.groups * n.in + in_channel) * image + from]),
                                widen(dy[(b * n.groups * n.out + o) * result + index])));
        }
      });
      dw[pair * taps + tap] = narrow<R>(sum);
    });
  }
}

template <class T, class R>
void sum_channels(std::int64_t batch, std::int64_t channels, std::int64_t size, const T* dy, R* db) {
  for (std::int64_t o = 0; o < channels; ++o) {
    Wide<T> sum{0};
    for (std::int64_t b = 0; b < batch; ++b) {
      for (std::int64_t i = 0; i < size; ++i) sum = plus(sum, widen(dy[(b * channels + o) * size + i]));
    }
    db[o] = narrow<R>(sum);
  }
}

struct ConvBackwardWeights : Op<ConvBackwardWeights, ConvAttributes> {
  static constexpr auto name = "conv_backward_weights";
  static constexpr Traits traits{
      .type_only = 1u << 2, .narrowing = Narrowing::products, .role = Role::backward_weights};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_same_dtype(name, in[0], in[1]);
    check_conv_gradient(name, *this, in[1], in[0], in[2]);
    return {in[2], {in[2].dtype, Shape{in[2].shape[0]}}};
  }
  void reference(const ReferenceCall& call) const {
    const Shape &x = call.in[0].type.shape, &w = call.in[2].type.shape;
    const Space<ConvAttributes> space(*this, x, w.begin() + 2);
    for_product(call.in[0].type.dtype, call.out[0].type.dtype, [&]<class T, class R>() {
      const T* dy = call.in[1].as<const T>();
      if (call.out[0].data) {
        correlate(ConvChannels(*this, x, w), space, call.in[0].as<const T>(), dy, call.out[0].as<R>());
      }
      if (call.out[1].data) sum_channels(x[0], w[0], volume(space.out), dy, call.out[1].as<R>());
    });
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor &gw = c.g[0], &gb = c.g[1];
    Tensors result(3);
    if (c.needs[0] && gw.defined()) result[0] = make_conv_backward_data(*this, c.in[1], gw, c.in[0]);
    if (c.needs[1]) {
      if (gw.defined()) {
        result[1] = make_conv(*this, c.in[0], gw, gb);
      } else {
        Tensor each = gb;  // [O] → [O,1,…], one number for every position of its channel
        for (int k = 2; k < c.in[1].rank(); ++k) each = unsqueeze(each, -1);
        result[1] = broadcast_like(each, c.in[1]);
      }
    }
    return result;
  }
};
const Registered<ConvBackwardWeights> registered_conv_backward_weights;

}  // namespace

Tensors make_conv_backward_weights(const ConvAttributes& a, const Tensor& x, const Tensor& dy,
                                   const Tensor& w) {
  return make_all<ConvBackwardWeights>(a, x, dy, w);
}

}  // namespace luge
