// Rows of rectifiers.h, squashing.h and sample_normalization.h.
#include "fuzz/ops.h"
#include "luge/ops/rectifiers.h"
#include "luge/ops/sample_normalization.h"
#include "luge/ops/squashing.h"

namespace luge::fuzz {
namespace {

Tensor input(const Tensors& in, std::size_t k) { return k < in.size() ? in[k] : Tensor(); }

}  // namespace

Builds activation_ops() {
  Builds rows;
  using In = const Tensors&;
  using At = const Line&;
  rows["prelu"] = [](In in, At, DType) { return prelu(in.at(0), in.at(1)); };
  rows["elu"] = [](In in, At line, DType) { return elu(in.at(0), line.number("alpha", 1)); };
  rows["selu"] = [](In in, At, DType) { return selu(in.at(0)); };
  rows["celu"] = [](In in, At line, DType) { return celu(in.at(0), line.number("alpha", 1)); };
  rows["silu"] = [](In in, At line, DType) { return silu(in.at(0), line.number("beta", 1)); };
  rows["mish"] = [](In in, At, DType) { return mish(in.at(0)); };
  rows["sharp_softplus"] = [](In in, At line, DType) { return softplus(in.at(0), line.number("beta", 1)); };
  rows["hard_swish"] = [](In in, At, DType) { return hard_swish(in.at(0)); };
  rows["threshold"] = [](In in, At line, DType) {
    return threshold(in.at(0), line.number("at"), line.number("value"));
  };
  rows["glu"] = [](In in, At line, DType) { return glu(in.at(0), line.whole("axis")); };
  rows["softsign"] = [](In in, At, DType) { return softsign(in.at(0)); };
  rows["hard_sigmoid"] = [](In in, At line, DType) {
    return hard_sigmoid(in.at(0), line.number("alpha", 0.25), 0.5);
  };
  rows["hard_tanh"] = [](In in, At line, DType) { return hard_tanh(in.at(0), line.number("low", -1), 1); };
  rows["step"] = [](In in, At, DType) { return step(in.at(0)); };
  rows["softmin"] = [](In in, At line, DType) { return softmin(in.at(0), line.whole("axis")); };
  rows["hardmax"] = [](In in, At line, DType) { return hardmax(in.at(0), line.whole("axis")); };
  rows["group_norm"] = [](In in, At line, DType) {
    return group_norm(in.at(0), line.whole("groups", 1), input(in, 1), input(in, 2));
  };
  rows["instance_norm"] = [](In in, At, DType) {
    return instance_norm(in.at(0), input(in, 1), input(in, 2));
  };
  rows["rms_norm"] = [](In in, At, DType) { return rms_norm(in.at(0), input(in, 1)); };
  rows["local_response_norm"] = [](In in, At line, DType) {
    return local_response_norm(in.at(0), {.size = line.whole("size", 5), .alpha = line.number("alpha", 1)});
  };
  rows["lp_normalize"] = [](In in, At line, DType) {
    return lp_normalize(in.at(0), line.number("p", 2), line.whole("axis"));
  };
  return rows;
}

}  // namespace luge::fuzz
