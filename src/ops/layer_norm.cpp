// layer_norm: the last axes together to mean 0 and variance 1 (Ba et al. 2016, ONNX LayerNormalization). The
// residuals for layer_norm_backward are one mean and one 1/√(variance + epsilon) for each row.
#include <fmt/format.h>

#include "luge/ops/math.h"
#include "luge/ops/normalization.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/attributes/norm.h"
#include "ops/batch_norm.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {
namespace {

// x, and values of the shape of the normalized axes.
void check_layer(std::string_view op, const LayerNormAttributes& a, const Type& x, const Type& each) {
  const auto axis = static_cast<int>(a.axis);
  check_same_dtype(op, x, each);
  check_rank(op, "scale or shift", each, x.shape.rank() - axis);
  for (int k = axis; k < x.shape.rank(); ++k) check_extent(op, "scale or shift", each, k - axis, x.shape[k]);
}

// The type of one number for each row.
Type row_type(const LayerNormAttributes& a, const Type& x) {
  Shape shape;
  for (int k = 0; k < x.shape.rank(); ++k) shape = shape.appended(k < a.axis ? x.shape[k] : 1);
  return {accumulator(x.dtype), shape};
}

Axes leading_axes(const LayerNormAttributes& a) {
  std::vector<std::int64_t> axes;
  for (std::int64_t k = 0; k < a.axis; ++k) axes.push_back(k);
  return Axes(axes);
}

// Σ over the rows: what is left has the shape of scale.
Tensor sum_over_rows(const LayerNormAttributes& a, const Tensor& x) {
  return a.axis == 0 ? x : sum(x, leading_axes(a));
}

struct LayerNormBackward : Op<LayerNormBackward, LayerNormAttributes> {
  static constexpr auto name = "layer_norm_backward";
  static constexpr Traits traits{.cost = 4, .narrowing = Narrowing::rounds};

  Types infer(const Types& in) const {
    check_inputs(name, in, 5);
    check_float(name, in[1]);
    check_same_dtype(name, in[0], in[1]);
    check_same_shape(name, "output gradient", in[0], "input", in[1]);
    check_axis(name, axis, in[1].shape.rank());
    check_layer(name, *this, in[1], in[2]);
    for (const std::size_t k : {std::size_t{3}, std::size_t{4}})
      check_same_shape(name, "statistics", in[k], "rows", row_type(*this, in[1]));
    return {in[1], in[2], in[2]};
  }
  Tensors decompose(const Tensors& in) const {
    const Axes last = from(static_cast<int>(axis));
    const Tensor &dy = in[0], &inverse = in[4];
    const Tensor normal = (in[1] - in[3]) * inverse, g = dy * in[2];
    const Tensor dx = inverse * (g - mean(g, last, keep_dims) - normal * mean(g * normal, last, keep_dims));
    return {dx, sum_over_rows(*this, dy * normal), sum_over_rows(*this, dy)};
  }
};
const Registered<LayerNormBackward> registered_backward_layer_norm;

struct LayerNorm : Op<LayerNorm, LayerNormAttributes> {
  static constexpr auto name = "layer_norm";
  static constexpr Traits traits{.cost = 4, .residuals_from = 1, .narrowing = Narrowing::rounds};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_float(name, in[0]);
    check_axis(name, axis, in[0].shape.rank());
    check_layer(name, *this, in[0], in[1]);
    check_layer(name, *this, in[0], in[2]);
    return {in[0], row_type(*this, in[0]), row_type(*this, in[0])};
  }
  Tensors decompose(const Tensors& in) const {
    const Axes last = from(static_cast<int>(axis));
    const Tensor average = mean(in[0], last, keep_dims);
    const Tensor centered = in[0] - average;
    const Tensor scale = overflow_scale(centered, last), small = centered / scale;
    const Tensor inverse = rsqrt(mean(square(small), last, keep_dims) + epsilon / scale / scale);
    return {small * inverse * in[1] + in[2], average, inverse / scale};
  }
  Tensors gradient(const GradientCall& c) const {
    return make_all<LayerNormBackward>(*this, c.g[0], c.in[0], c.in[1], c.out[1], c.out[2]);
  }
};
const Registered<LayerNorm> registered_layer_norm;

}  // namespace

Tensor layer_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, int axis, double epsilon) {
  check_epsilon(LayerNorm::name, epsilon);
  return make<LayerNorm>({check_axis(LayerNorm::name, axis, x.rank()), epsilon}, x, scale,
                         shift.defined() ? shift : zeros_like(scale));
}

}  // namespace luge
