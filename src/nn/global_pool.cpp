#include "luge/nn/global_pool.h"

#include <fmt/format.h>

#include <limits>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/pooling.h"
#include "luge/ops/shape.h"
#include "nn/registered_layer.h"
#include "nn/work.h"

namespace luge::nn {
namespace {

using options::above, options::elsewhere;

struct PowerText {
  double p = 2;
  static void fields(auto& self, auto&& field) {
    field("p", self.p, "the power", above(0), elsewhere({"norm_type"}));
  }
};

const RegisteredLayer<> kGlobalMaxPool("global-max-pool", "largest of each channel, [N,C,…] to [N,C]",
                                       [] { return GlobalMaxPool(); });
const RegisteredLayer<PowerText> kGlobalLpPool("global-lp-pool", "p-norm of each channel, [N,C,…] to [N,C]",
                                               [](const PowerText& text) { return GlobalLpPool(text.p); });

// Each output of a global pool reads its whole channel.
Work whole_channels(const Tensors& inputs) { return {.connections = sample_elements(inputs.at(0))}; }

void check_spatial(const Padded& x) {
  if (x.axis >= 2) return;
  throw ShapeError(fmt::format("the padded axis of {} is {}; expected a spatial axis, 2 or more",
                               x.values.shape().to_string(), x.axis));
}

const bool told_global_pool =
    facts::add("layer", {{"global-max-pool",
                          {.formula = "y = the largest of each channel over all positions",
                           .derivative = "1 for the first largest, else 0",
                           .parameters = "none",
                           .output = "[N,C] for x [N,C,…]",
                           .use = "where it matters that a feature is anywhere."}},
                         {"global-lp-pool",
                          {.formula = "y = (Σ |x|^p)^(1/p) over all positions of each channel",
                           .parameters = "none",
                           .output = "[N,C] for x [N,C,…]",
                           .use = "between the sum (p = 1) and the largest (large p)."}}});

}  // namespace

Tensor GlobalMaxPool::forward(const Tensor& x) const { return flatten(global_max_pool(x), 1); }

Padded GlobalMaxPool::forward_padded(const Padded& x) const {
  check_spatial(x);
  if (!is_floating(x.values.dtype()))
    throw DTypeError(fmt::format("padded values are {}; expected floating numbers", name(x.values.dtype())));
  const double lowest = -std::numeric_limits<double>::infinity();
  const Tensor largest = forward(x.filled(lowest));
  return {where(equal(largest, lowest), 0, largest), {}};
}

Work GlobalMaxPool::work_of(const Tensors& inputs, const Tensors&) const { return whole_channels(inputs); }
std::optional<LayerText> GlobalMaxPool::text() const { return kGlobalMaxPool.text(); }

GlobalLpPool::GlobalLpPool(double p) : p_(p) { options::check("GlobalLpPool", PowerText{p}); }

Tensor GlobalLpPool::forward(const Tensor& x) const { return flatten(global_lp_pool(x, p_), 1); }

Padded GlobalLpPool::forward_padded(const Padded& x) const {
  check_spatial(x);
  return {forward(x.filled()), {}};
}

Work GlobalLpPool::work_of(const Tensors& inputs, const Tensors&) const { return whole_channels(inputs); }
std::optional<LayerText> GlobalLpPool::text() const { return kGlobalLpPool.text({p_}); }

}  // namespace luge::nn
