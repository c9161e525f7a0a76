#include "cli/explain/flow.h"

#include <fmt/format.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/nn/layers.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/options.h"
#include "luge/random.h"

namespace luge::cli {
namespace {

constexpr std::int64_t kSequences = 16, kFeatures = 32;

nn::Model layer_for_flow(const std::string& name) {
  try {
    return nn::layer(name);
  } catch (const options::OptionError&) {
    if (name.find('(') != name.npos) throw;
    return nn::layer(fmt::format("{}(units={})", name, kFeatures));
  }
}

}  // namespace

GradientFlow gradient_flow(const std::string& name, std::int64_t steps) {
  random::seed(1);
  const nn::Model layer = layer_for_flow(name);
  layer->build(Shape{steps, kFeatures}, f64);
  layer->set_training(false);
  const Tensor x = random::normal({kSequences, steps, kFeatures}, 0, 1, f64);
  const Tensor y = layer(x);
  if (y.rank() != 3 || y.extent(0) != kSequences || y.extent(1) != steps) {
    throw ValueError(
        fmt::format("layer {} gives {} for sequences {}; expected one with an output for each step, "
                    "[N,steps,units], such "
                    "as rnn, lstm and gru",
                    name, y.shape().to_string(), x.shape().to_string()));
  }
  const Tensor last = select(y, 1, steps - 1);
  const Tensor loss = sum(last * random::normal(last.shape(), 0, 1, f64));
  const Tensor squares = sum(square(grad(loss, x)), {0, 2});
  GradientFlow flow;
  const std::vector<double> of_step = squares.to_vector<double>();
  for (std::size_t back = 0; back < of_step.size(); ++back) {
    flow.distance.push_back(static_cast<double>(back));
    flow.gradient.push_back(std::sqrt(of_step[of_step.size() - 1 - back] / of_step.back()));
  }
  return flow;
}

}  // namespace luge::cli
