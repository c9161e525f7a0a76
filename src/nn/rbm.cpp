#include "luge/nn/rbm.h"

#include <fmt/format.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "nn/registered_layer.h"

template <>
struct luge::options::Names<luge::nn::VisibleUnits> {
  static constexpr std::pair<nn::VisibleUnits, const char*> all[] = {
      {nn::VisibleUnits::binary, "binary"}, {nn::VisibleUnits::gaussian, "gaussian"}};
};

namespace luge::nn {
namespace {

struct RbmText {
  std::int64_t hidden = 0;
  RBMOptions options = {};
  static void fields(auto& self, auto&& field) {
    using options::elsewhere;
    field("hidden", self.hidden, "number of hidden units", options::at_least(1), options::required,
          elsewhere({"n_components", "units", "outputs"}));
    field("visible", self.options.visible, "kind of the visible units");
    field("init", self.options.init, "initial value of weight", elsewhere({"initializer"}));
  }
};

const RegisteredLayer<RbmText> kRbm("rbm", "restricted Boltzmann machine, [N,visible] to [N,hidden]",
                                    [](const RbmText& text) { return RBM(text.hidden, text.options); });

const bool told_rbm = facts::add(
    "layer",
    {{"rbm",
      {.formula = "y = σ(x·wᵀ + hidden_bias), the probabilities of hidden units; back: σ(y·w + visible_bias)",
       .parameters = "hidden·visible + hidden + visible",
       .output = "[N,hidden]",
       .use = "to learn features without labels, one layer after the other (deep belief networks)."}}});

}  // namespace

RBM::RBM(std::int64_t hidden, const RBMOptions& options) : hidden_(hidden), options_(options) {
  options::check("RBM", RbmText{hidden, options});
  weight = parameter("weight");
  hidden_bias = parameter("hidden_bias");
  visible_bias = parameter("visible_bias");
}

void RBM::create_parameters(const Tensor& v) const {
  if (v.rank() != 2 || v.extent(1) == unknown)
    throw ShapeError(fmt::format("input {} does not fit; expected [N,visible]", v.shape().to_string()));
  create(weight, options_.init(Shape{hidden_, v.extent(1)}, v.dtype()));
  create(hidden_bias, zeros({hidden_}, v.dtype()));
  create(visible_bias, zeros({v.extent(1)}, v.dtype()));
}

Tensor RBM::built_input(const Tensor& v) const {
  if (!built()) (*this)(v);
  return v;
}

Tensor RBM::forward(const Tensor& v) const { return sigmoid(linear(v, weight, hidden_bias)); }

Tensor RBM::hidden_probabilities(const Tensor& v) const { return forward(built_input(v)); }

Tensor RBM::visible_means(const Tensor& h) const {
  const Tensor sum = matmul(h, weight.value(), visible_bias.value(), {});
  return options_.visible == VisibleUnits::binary ? sigmoid(sum) : sum;
}

Tensor RBM::sample_hidden(const Tensor& v) const { return random::bernoulli(hidden_probabilities(v)); }

Tensor RBM::sample_visible(const Tensor& h) const {
  const Tensor mean = visible_means(h);
  if (options_.visible == VisibleUnits::binary) return random::bernoulli(mean);
  return mean + random::normal(mean.shape(), 0, 1, mean.dtype());
}

Tensor RBM::energy(const Tensor& v, const Tensor& h) const {
  built_input(v);
  const Tensor b = visible_bias.value();
  const Tensor own = options_.visible == VisibleUnits::binary ? -sum(v * b, 1) : sum(square(v - b), 1) * 0.5;
  return own - sum(h * linear(v, weight, hidden_bias), 1);
}

Tensor RBM::free_energy(const Tensor& v) const {
  built_input(v);
  const Tensor b = visible_bias.value();
  const Tensor own = options_.visible == VisibleUnits::binary ? -sum(v * b, 1) : sum(square(v - b), 1) * 0.5;
  return own - sum(softplus(linear(v, weight, hidden_bias)), 1);
}

Tensor RBM::contrastive_divergence(const Tensor& v, std::int64_t steps) const {
  if (steps < 1) throw ValueError(fmt::format("{}: steps is {}; expected 1 or more", describe(), steps));
  Tensor drawn = v;
  for (std::int64_t k = 0; k < steps; ++k) drawn = sample_visible(sample_hidden(drawn));
  return mean(free_energy(v) - free_energy(stop_gradient(drawn)));
}

Tensor RBM::reconstruct(const Tensor& v) const { return visible_means(sample_hidden(v)); }

Tensor RBM::reconstruction_error(const Tensor& v) const { return mean(square(v - reconstruct(v))); }

std::optional<LayerText> RBM::text() const { return kRbm.text({hidden_, options_}); }

std::string RBM::describe() const { return fmt::format("RBM {}", hidden_); }

Work RBM::work() const { return {.fan_in = weight.variable().shape()[1], .bias = true, .multiplies = true}; }

}  // namespace luge::nn
