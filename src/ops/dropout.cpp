// dropout: zeroes elements at random and scales the others (Srivastava et al. 2014, inverted). The mask is
// not kept: the backward pass draws it again from the same key.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "graph/trace.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "ops/checks.h"
#include "ops/random_uniform.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct Dropout : Op<Dropout> {
  static constexpr auto name = "dropout";
  static constexpr Traits traits{.random = true, .cost = 12, .narrowing = Narrowing::rounds};

  Types infer(const Types& in) const {  // x, keep_prob, key
    check_inputs(name, in, 3);
    check_float(name, in[0]);
    if (in[1].dtype != accumulator(in[0].dtype)) check_same_dtype(name, in[0], in[1]);
    check_rank(name, "keep_prob", in[1], 0);
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const {
    const Tensor &x = in[0], &keep = in[1];
    return {where(less(random_uniform(in[2], x), keep), x / keep, 0)};
  }
  Tensors gradient(const GradientCall& c) const {
    return {make<Dropout>({}, c.g[0], c.in[1], c.in[2]), Tensor(), Tensor()};
  }
};
const Registered<Dropout> registered_dropout;

}  // namespace

Tensor dropout(const Tensor& x, double rate) {
  if (!(rate >= 0 && rate <= 1)) throw ValueError(fmt::format("dropout: rate is {}; expected 0 to 1", rate));
  check_float("dropout", {x.dtype(), x.shape()});
  return dropout(x, scalar(1 - rate, accumulator(x.dtype())));
}

Tensor dropout(const Tensor& x, const Tensor& keep_prob) {
  const bool own = keep_prob.dtype() == x.dtype();  // 16 bits would round a probability near 1 to 1
  return make<Dropout>({}, x, own ? to_accumulator(keep_prob) : keep_prob, next_key());
}

}  // namespace luge
