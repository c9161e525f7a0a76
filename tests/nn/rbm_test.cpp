// RBM: energies, and contrastive divergence on bars and stripes.
#include "luge/nn/rbm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using testing::expect_error;

// All pictures of 3x3 pixels whose rows, or whose columns, are of one color.
Tensor bars_and_stripes(DType dtype) {
  std::vector<double> pixels;
  for (int stripes = 0; stripes < 2; ++stripes) {
    for (int bits = 0; bits < 8; ++bits) {
      for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < 3; ++column) pixels.push_back(bits >> (stripes ? column : row) & 1);
      }
    }
  }
  return cast(tensor(pixels, {16, 9}), dtype);
}

TEST(Rbm, FreeEnergyIsTheSumOverAllHiddenStates) {
  random::seed(3);
  for (const VisibleUnits visible : {VisibleUnits::binary, VisibleUnits::gaussian}) {
    const RBM machine(3, {.visible = visible, .init = init::normal(0, 1)});
    const Tensor v = random::uniform({4, 5}, 0, 1, f64);
    machine(v);
    machine.hidden_bias.assign(random::normal({3}, 0, 1, f64));
    machine.visible_bias.assign(random::normal({5}, 0, 1, f64));
    Tensor total = zeros({4}, f64), wanted = zeros({4, 3}, f64);
    for (int bits = 0; bits < 8; ++bits) {
      const std::vector<double> state = {bits & 1 ? 1.0 : 0.0, bits & 2 ? 1.0 : 0.0, bits & 4 ? 1.0 : 0.0};
      const Tensor h = broadcast_to(tensor(state, {1, 3}), {4, 3}), weight = exp(-machine.energy(v, h));
      total = total + weight, wanted = wanted + h * unsqueeze(weight, 1);
    }
    const auto energy = machine.free_energy(v).to_vector<double>(), sum = (-log(total)).to_vector<double>();
    for (std::size_t n = 0; n < 4; ++n) EXPECT_NEAR(energy[n], sum[n], 1e-12 * std::abs(sum[n]));
    const auto hidden = machine(v).to_vector<double>();
    const auto marginal = (wanted / unsqueeze(total, 1)).to_vector<double>();
    for (std::size_t k = 0; k < hidden.size(); ++k) EXPECT_NEAR(hidden[k], marginal[k], 1e-12);
  }
}

TEST(Rbm, ContrastiveDivergenceHasTheGradientOfItsRule) {
  random::seed(4);
  const RBM machine(3, {.init = init::normal(0, 1)});
  const Tensor v = bars_and_stripes(f64);
  machine(v);
  // With one possible outcome of each draw, CD is known: saturated units are not random.
  machine.hidden_bias.assign(full({3}, 1000, f64));
  machine.visible_bias.assign(full({9}, -1000, f64));
  const auto got =
      grad(machine.contrastive_divergence(v), machine.visible_bias.variable()).to_vector<double>();
  const auto mean_of = mean(v, 0).to_vector<double>();
  for (std::size_t k = 0; k < 9; ++k) EXPECT_NEAR(got[k], -mean_of[k], 1e-12);  // -(v - 0)
}

TEST(Rbm, LearnsBarsAndStripes) {
  for (const VisibleUnits visible : {VisibleUnits::binary, VisibleUnits::gaussian}) {
    random::seed(5);
    const RBM machine(12, {.visible = visible, .init = init::normal(0, 0.1)});
    const Tensor data = bars_and_stripes(f32), v = visible == VisibleUnits::binary ? data : 2 * data - 1;
    machine(v);
    const double before = machine.reconstruction_error(v).item<float>();
    optim::Adam adam(visible == VisibleUnits::binary ? 0.05 : 0.01);
    const auto step = compile([&](const Tensor& batch) {
      const Tensor loss = machine.contrastive_divergence(batch);
      adam.step(machine.parameters(), grad(loss, machine.parameters()));
      return loss;
    });
    for (int k = 0; k < 600; ++k) step(v);
    double after = 0;
    for (int k = 0; k < 20; ++k) after += machine.reconstruction_error(v).item<float>() / 20;
    EXPECT_LT(after, 0.5 * before) << "before " << before;
    RecordProperty(visible == VisibleUnits::binary ? "binary" : "gaussian", std::to_string(after));
    // What was seen is likelier than what was not.
    const double seen = mean(machine.free_energy(v)).item<float>();
    const double noise = mean(machine.free_energy(random::bernoulli(full({16, 9}, 0.5)))).item<float>();
    if (visible == VisibleUnits::binary) {
      EXPECT_LT(seen, noise);
    }
  }
}

TEST(BadInput, C01_MachinesThatDoNotFit) {
  expect_error<options::OptionError>([] { RBM(0); }, {"RBM", "hidden is 0"});
  expect_error<ShapeError>([] { RBM(3)(zeros({2, 3, 4})); }, {"RBM 3", "[2,3,4]", "[N,visible]"});
  const RBM machine(3);
  machine.build({4});
  expect_error<ValueError>(
      [&] {
        machine.contrastive_divergence(zeros({2, 4}), 0);
      },
      {"RBM 3", "steps is 0"});
  expect_error<ShapeError>([&] { machine(zeros({2, 5})); }, {"RBM 3", "5", "4"});
}

}  // namespace
}  // namespace luge::nn
