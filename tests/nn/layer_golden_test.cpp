// Layers by their text against other libraries, values and gradients: tests/golden/nn/*.safetensors. A row is
// called as the layer is written as text, with ", eval" behind it for eval mode; its inputs are those of the
// layer, then its parameters and buffers in their order.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "luge/autodiff.h"
#include "luge/nn/layers.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "support/golden.h"

namespace luge::nn {
namespace {

using testing::Golden;

const std::vector<Golden>& all_goldens() {
  static const std::vector<Golden> all = testing::read_goldens("nn");
  return all;
}

// Rows that are no text of a layer belong to other tests, which call them as the class.
const std::vector<Golden>& goldens() {
  static const std::vector<Golden> all = [] {
    const std::vector<std::string> names = layer_names();
    std::vector<Golden> found = all_goldens();
    std::erase_if(found, [&](const Golden& golden) {
      return std::ranges::find(names, golden.row.substr(0, golden.row.find_first_of("(,"))) == names.end();
    });
    return found;
  }();
  return all;
}

// "max-pool2d(window=2)" and "MaxPool2d/padded" are of one layer.
std::string plain_name(const std::string& row) {
  std::string plain;
  for (char c : row.substr(0, row.find_first_of("(,/"))) {
    if (c != '-') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

// Layers that no library gives values for, and why.
const std::map<std::string, std::string>& without() {
  static const std::map<std::string, std::string> table = {
      {"dropout", "draws: layer_contract_test.cpp"},
      {"spatial-dropout", "draws: noise_test.cpp"},
      {"alpha-dropout", "draws: noise_test.cpp"},
      {"drop-path", "draws: noise_test.cpp"},
      {"gaussian-dropout", "draws: noise_test.cpp"},
      {"gaussian-noise", "draws: noise_test.cpp"},
      {"block", "is what its parts are"},
      {"residual", "is what its parts are"},
      {"time-distributed", "is what its part is"},
      {"views", "is what its part is, several times: views_test.cpp"},
      {"lambda", "is the function of its name"},
  };
  return table;
}

struct Text {
  std::string layer;
  bool training = true;
};
Text text_of(const Golden& golden) {
  const std::size_t comma = golden.row.find(", eval");
  return {golden.row.substr(0, comma), comma == std::string::npos};
}
// The layer with its parameters, and the result, all of whose inputs are those of the golden.
struct Called {
  Tensor y;
  Tensors inputs;
  Variables parameters;
  double tolerance = 1e-12;
};
Called call(const Golden& golden) {
  const Text text = text_of(golden);
  const Model layer = nn::layer(text.layer);
  layer->set_training(false);  // while it is built, nothing moves
  for (std::size_t inputs = 1; inputs <= golden.in.size(); ++inputs) {
    Called called;
    called.inputs.assign(golden.in.begin(), golden.in.begin() + static_cast<std::ptrdiff_t>(inputs));
    const auto run = [&] { return inputs == 1 ? (*layer)(called.inputs[0]) : (*layer)(called.inputs)[0]; };
    try {
      run();
    } catch (const Error&) {
      continue;  // it takes more inputs
    }
    std::vector<NamedVariable> state = layer->named_parameters();
    for (const NamedVariable& each : state) called.parameters.push_back(each.variable);
    const std::vector<NamedVariable> buffers = layer->named_buffers();
    if (inputs + state.size() < golden.in.size()) state.insert(state.end(), buffers.begin(), buffers.end());
    if (inputs + state.size() != golden.in.size()) continue;
    for (std::size_t k = 0; k < state.size(); ++k) {
      const DType dtype = state[k].variable.dtype();  // f32 where the inputs are ids
      if (dtype == f32) called.tolerance = 1e-6;
      state[k].variable.assign(cast(golden.in[inputs + k], dtype));
    }
    layer->set_training(text.training);
    called.y = run();
    return called;
  }
  throw ValueError(golden.row + " does not take what the golden holds");
}

TEST(LayerGolden, EveryLayerHasThreeCasesOrAReason) {
  std::map<std::string, int> cases;
  for (const Golden& golden : all_goldens()) ++cases[plain_name(golden.row)];
  for (const std::string& name : layer_names()) {
    if (without().contains(name) || name == "stretched") continue;  // that one is of another test
    EXPECT_GE(cases[plain_name(name)], 3) << name;
  }
  for (const auto& [name, why] : without()) EXPECT_EQ(cases[plain_name(name)], 0) << name << ": " << why;
}

TEST(LayerGolden, ValuesAndGradientsAreThoseOfOthers) {
  for (const Golden& golden : goldens()) {
    SCOPED_TRACE(golden.row);
    const Called called = call(golden);
    ASSERT_EQ(golden.out.size(), 1u);
    Tensors gradients(golden.in.size());
    if (testing::has_gradients(golden)) {
      const Tensor total = sum(called.y * cast(golden.seed[0], called.y.dtype()));
      for (std::size_t k = 0; k < called.inputs.size() + called.parameters.size(); ++k) {
        if (!is_floating(golden.in[k].dtype())) continue;
        const GradOptions options{.seed = {}, .allow_unused = true};
        gradients[k] = k < called.inputs.size()
                           ? grad(total, called.inputs[k], options)
                           : grad(total, called.parameters[k - called.inputs.size()], options);
      }
    }
    testing::expect_golden_tensor(called.y, golden.out[0], called.tolerance, golden.row);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (gradients[k].defined())
        testing::expect_golden_tensor(gradients[k], golden.gradient[k], called.tolerance,
                                      golden.row + ", gradient of input " + std::to_string(k));
    }
  }
  EXPECT_GT(goldens().size(), 80u);
}

}  // namespace
}  // namespace luge::nn
