// conv_backward_data: the gradient of a convolution's input; by itself a transposed convolution.
#include "ops/checks.h"
#include "ops/conv.h"
#include "ops/conv_loop.h"
#include "ops/mixed.h"

namespace luge {
namespace {

template <class T, class R>
void spread(const ConvChannels& n, const Space<ConvAttributes>& s, const T* dy, const T* w, R* dx) {
  const std::int64_t image = volume(s.in), result = volume(s.out), taps = volume(s.kernel);
  for (std::int64_t channel = 0; channel < n.batch * n.groups * n.in; ++channel) {
    const std::int64_t c = channel % n.in, group = channel / n.in;  // group counts over the batch too
    const std::int64_t first = (group % n.groups) * n.out;
    for_positions(s.in, [&](std::int64_t index, const Position& at) {
      Wide<T> sum{0};
      for_positions(s.kernel, [&](std::int64_t tap, const Position& k) {
        const std::int64_t reader = s.reader_of(at, k);
        if (reader < 0) return;
        for (std::int64_t o = 0; o < n.out; ++o) {
          sum = plus(sum, times(widen(dy[(group * n.out + o) * result + reader]),
                                widen(w[((first + o) * n.in + c) * taps + tap])));
        }
      });
      dx[channel * image + index] = narrow<R>(sum);
    });
  }
}

struct ConvBackwardData : Op<ConvBackwardData, ConvAttributes> {
  static constexpr auto name = "conv_backward_data";
  static constexpr Traits traits{.type_only = 1u << 2, .narrowing = Narrowing::products};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_same_dtype(name, in[0], in[1]);
    check_conv_gradient(name, *this, in[0], in[2], in[1]);
    return {in[2]};
  }
  void reference(const ReferenceCall& call) const {
    const Shape &w = call.in[1].type.shape, &x = call.in[2].type.shape;
    const Space<ConvAttributes> space(*this, x, w.begin() + 2);
    for_product(call.in[0].type.dtype, call.out[0].type.dtype, [&]<class T, class R>() {
      spread(ConvChannels(*this, x, w), space, call.in[0].as<const T>(), call.in[1].as<const T>(),
             call.out[0].as<R>());
    });
  }
  Tensors gradient(const GradientCall& c) const {
    Tensors result(3);
    if (c.needs[0]) result[0] = make_conv(*this, c.g[0], c.in[1]);
    if (c.needs[1]) result[1] = make_conv_backward_weights(*this, c.g[0], c.in[0], c.in[1])[0];
    return result;
  }
};
const Registered<ConvBackwardData> registered_conv_backward_data;

}  // namespace

Tensor make_conv_backward_data(const ConvAttributes& a, const Tensor& dy, const Tensor& w, const Tensor& x) {
  return make<ConvBackwardData>(a, dy, w, x);
}

}  // namespace luge
