// A layer against a golden case: the parameters are inputs of the case, in the order of named_parameters.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "luge/autodiff.h"
#include "luge/nn/module.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/golden.h"

namespace luge::nn {

/// Gives the layer the parameters of a case, after its first `inputs` tensors, and compares results and
/// gradients. A layer computes with its Variables: the case's tensors are handed in as their values.
inline void expect_golden_layer(const testing::Golden& golden, const Model& net, std::size_t inputs,
                                const std::function<Tensors(const Model&, const Tensors&)>& run,
                                double tolerance = 1e-12) {
  const Tensors given(golden.in.begin(), golden.in.begin() + static_cast<std::ptrdiff_t>(inputs));
  run(net, given);  // builds it
  const std::vector<NamedVariable> parameters = net->named_parameters();
  ASSERT_EQ(parameters.size(), golden.in.size() - inputs) << golden.row;
  Tensors targets = given;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    ASSERT_EQ(parameters[k].variable.shape(), golden.in[inputs + k].shape()) << parameters[k].name;
    Variable(parameters[k].variable).assign(golden.in[inputs + k]);
    targets.push_back(parameters[k].variable.value());
  }
  testing::Golden asked = golden;
  asked.in = targets;
  testing::expect_golden(
      asked, [&](const Tensors&) { return run(net, given); }, tolerance);
}

}  // namespace luge::nn
