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
      const Tensor share = 0.5 * (1 + t), y = x * share;
      const Tensor bend = root_two_over_pi * y * (1 - t);  // 0 for large x, before x² can overflow
      return {y, share + bend + 3 * cubic * (bend * x) * x};
    }
    const Tensor share = 0.5 * (1 + erf(root_half * x));
    return {x * share, share + x * (0.5 * root_two_over_pi * exp(-0.5 * square(x)))};
  }
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * c.out[1]}; }
};
const Registered<Gelu> registered;

}  // namespace

Tensor gelu(const Tensor& x, GeluForm form) { return make<Gelu>({form}, x); }

}  // namespace luge
