// gelu: x·Φ(x) (Hendrycks and Gimpel 2016, ONNX Gelu), by erf or by tanh. The slope is a residual: it takes
// the memory that x would have to be kept in, and is computed together with the value.
#include <numbers>

#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct GeluAttributes {
  GeluForm form = GeluForm::exact;
  static void fields(auto& self, auto&& field) { field("form", self.form); }
};

constexpr double root_half = 1 / std::numbers::sqrt2;
const double root_two_over_pi = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
constexpr double cubic = 0.044715;

// Beyond this, value and slope are their limits in every dtype; infinite x would multiply 0.
constexpr double far = 40;
Tensor above(const Tensor& x) { return maximum(x, -far); }

Tensor curve(const Tensor& x) { return tanh(root_two_over_pi * (x + cubic * x * square(x))); }

// The value and the slope there: erf or tanh serves both.
struct Gelu : Op<Gelu, GeluAttributes> {
  static constexpr auto name = "gelu";
  static constexpr Traits traits{.cost = 12, .residuals_from = 1, .narrowing = Narrowing::rounds};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {in[0], in[0]};
  }
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    if (form == GeluForm::tanh) {
      const Tensor t = curve(x);
      const Tensor share = 0.5 * (1 + t), y = above(x) * share;
      const Tensor near = minimum(above(x), far);
      const Tensor bend = root_two_over_pi * near * share * (1 - t);
      return {y, share + bend + 3 * cubic * (bend * near) * near};
    }
    const Tensor share = 0.5 * (1 + erf(root_half * x));
    const Tensor near = minimum(above(x), far);
    return {above(x) * share, share + near * (0.5 * root_two_over_pi * exp(-0.5 * square(near)))};
  }
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * c.out[1]}; }
};
const Registered<Gelu> registered_gelu;

}  // namespace

Tensor gelu(const Tensor& x, GeluForm form) { return make<Gelu>({form}, x); }

}  // namespace luge
