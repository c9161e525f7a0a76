// Five steps of every optimizer against PyTorch's, which tests/golden/make_nn.py wrote down.
#include <gtest/gtest.h>

#include "luge/compile.h"
#include "luge/io/safetensors.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "support/paths.h"

namespace luge::optim {
namespace {

struct Row {
  std::string name;
  std::function<Optimizer()> make;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {"gradient-descent", [] { return GradientDescent(0.1); }},
      {"gradient-descent, weight decay", [] { return GradientDescent(0.1, {.weight_decay = 0.05}); }},
      {"momentum", [] { return Momentum(0.1); }},
      {"nesterov", [] { return Momentum(0.1, {.nesterov = true}); }},
      {"adam", [] { return Adam(0.01); }},
      {"adam, weight decay",
       [] { return Adam(0.01, {.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6}, {.weight_decay = 0.05}); }},
      {"adamw", [] { return Adam(0.01, {}, {.weight_decay = 0.1, .decay = Decay::decoupled}); }},
      {"step schedule", [] { return GradientDescent(0.1, {.schedule = schedule::step(2, 0.5)}); }},
      {"exponential schedule", [] { return GradientDescent(0.1, {.schedule = schedule::exponential(0.8)}); }},
      {"cosine schedule", [] { return GradientDescent(0.1, {.schedule = schedule::cosine(8)}); }},
      {"clip value", [] { return GradientDescent(0.1, {.clip_value = 0.5}); }},
      {"clip norm", [] { return GradientDescent(0.1, {.clip_norm = 0.5}); }},
      {"clip global norm", [] { return GradientDescent(0.1, {.clip_global_norm = 0.5}); }},
  };
  return table;
}

class Golden {
 public:
  Golden() : file_((testing::source_dir() / "tests/golden/optim.safetensors").string()) {}
  Tensor get(const std::string& name) const {
    for (const io::StoredTensor& stored : file_.tensors()) {
      if (stored.name == name) return tensor_from_bytes(file_.read(name), stored.dtype, stored.shape);
    }
    throw ValueError(name + " is not in the file");
  }
  std::size_t size() const { return file_.tensors().size(); }

 private:
  io::SafetensorsFile file_;
};

void expect_close(const Variable& parameter, const Tensor& expected, const std::string& name) {
  const auto got = parameter.value().to_vector<double>(), want = expected.to_vector<double>();
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-12) << name;
}

TEST(OptimizerGolden, StepsArePyTorchs) {
  const Golden golden;
  EXPECT_EQ(golden.size(), 6 * rows().size());
  for (const Row& row : rows()) {
    const Optimizer optimizer = row.make();
    const Variables parameters = {Variable(golden.get(row.name + ".start0"), "a"),
                                  Variable(golden.get(row.name + ".start1"), "b")};
    const Tensor first = golden.get(row.name + ".gradients0"), second = golden.get(row.name + ".gradients1");
    for (int step = 0; step < 5; ++step)
      optimizer.step(parameters, {select(first, 0, step), select(second, 0, step)});
    for (std::size_t k = 0; k < 2; ++k)
      expect_close(parameters[k], golden.get(row.name + ".end" + std::to_string(k)), row.name);
    EXPECT_EQ(optimizer.steps(), 5);
  }
}

TEST(OptimizerGolden, CompiledStepsAreTheSame) {
  const Golden golden;
  for (const Row& row : rows()) {
    const Optimizer optimizer = row.make();
    const Variables parameters = {Variable(golden.get(row.name + ".start0"), "a"),
                                  Variable(golden.get(row.name + ".start1"), "b")};
    const Tensor first = golden.get(row.name + ".gradients0"), second = golden.get(row.name + ".gradients1");
    const auto step = compile([&](Tensor a, Tensor b) { optimizer.step(parameters, {a, b}); });
    for (int k = 0; k < 5; ++k) step(select(first, 0, k), select(second, 0, k));
    for (std::size_t k = 0; k < 2; ++k)
      expect_close(parameters[k], golden.get(row.name + ".end" + std::to_string(k)), row.name);
    EXPECT_EQ(step.traces(), 1u) << row.name;
  }
}

}  // namespace
}  // namespace luge::optim
