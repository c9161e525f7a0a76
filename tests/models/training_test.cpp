// Short trainings of the classics beside PyTorch's: the losses of 20 steps from the same parameters on the
// same batches, in float32. tests/golden/make_training.py wrote down what PyTorch got in float64.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/io/safetensors.h"
#include "luge/loss/loss.h"
#include "luge/models/gallery.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "models/formula_numbers.h"
#include "support/paths.h"

namespace luge::models {
namespace {

using testing_formula::fill, testing_formula::numbers;

constexpr std::int64_t kOutputs = 10;
constexpr int kBatches = 2;
constexpr std::string_view kFull = ", full";

const io::SafetensorsFile& goldens() {
  static const io::SafetensorsFile file(
      (testing::source_dir() / "tests/golden/models/training.safetensors").string());
  return file;
}

// "name(options)", with ", full" where it takes long.
std::vector<std::string> keys(bool full) {
  std::vector<std::string> all;
  for (const io::StoredTensor& stored : goldens().tensors()) {
    const std::string key = stored.name.substr(0, stored.name.find('|'));
    if (stored.name.ends_with("|losses") && key.ends_with(kFull) == full) all.push_back(key);
  }
  return all;
}

template <class T>
std::vector<T> golden(const std::string& name) {
  for (const io::StoredTensor& stored : goldens().tensors()) {
    if (stored.name == name)
      return tensor_from_bytes(goldens().read(name), stored.dtype, stored.shape).to_vector<T>();
  }
  ADD_FAILURE() << "no " << name;
  return {};
}

// Image k of batch b is of class 7k + 3 + b.
Tensor labels_of(std::int64_t rows, int b) {
  std::vector<std::int64_t> labels;
  for (std::int64_t k = 0; k < rows; ++k) labels.push_back((7 * k + 3 + b) % kOutputs);
  return tensor(labels, {rows});
}

std::vector<double> trained(const std::string& key, std::size_t steps) {
  const auto extents = golden<std::int64_t>(key + "|shape");
  const Shape input{std::span<const std::int64_t>(extents)};
  const nn::Model net = make(key.ends_with(kFull) ? key.substr(0, key.size() - kFull.size()) : key, kOutputs);
  net->build(input.without(0));
  fill<float>(net);
  Tensors images, labels;
  for (int b = 0; b < kBatches; ++b) {
    images.push_back(numbers<float>(10000 + static_cast<std::uint64_t>(b), input));
    labels.push_back(labels_of(input[0], b));
  }
  const optim::Momentum optimizer(golden<double>(key + "|rate").at(0));
  const Variables parameters = net->parameters();
  auto step = compile([&](const Tensor& x, const Tensor& y) {
    const Tensor loss = mean(softmax_cross_entropy((*net)(x), y));
    optimizer.step(parameters, grad(loss, parameters));
    return loss;
  });
  std::vector<double> curve;
  for (std::size_t k = 0; k < steps; ++k)
    curve.push_back(step(images[k % kBatches], labels[k % kBatches]).item<float>());
  return curve;
}

void expect_like_pytorch(const std::string& key) {
  const auto losses = golden<double>(key + "|losses");
  ASSERT_EQ(losses.size(), 20u);
  const std::vector<double> own = trained(key, losses.size());
  for (std::size_t k = 0; k < losses.size(); ++k)
    EXPECT_NEAR(own[k], losses[k], 1e-3 * std::max(1.0, losses[k])) << key << " step " << k;
  for (std::size_t b = 0; b < kBatches; ++b)
    EXPECT_LT(own[losses.size() - kBatches + b], own[b]) << key << " learns batch " << b;
}

class GalleryTraining : public ::testing::TestWithParam<std::string> {};
class SlowGalleryTraining : public ::testing::TestWithParam<std::string> {};

TEST_P(GalleryTraining, FallsAsPyTorchs) { expect_like_pytorch(GetParam()); }
TEST_P(SlowGalleryTraining, AtFullWidthFallsAsPyTorchs) { expect_like_pytorch(GetParam()); }

TEST(GalleryTrainings, AreOfAllClassics) {
  std::set<std::string> covered;
  for (const bool full : {false, true}) {
    for (const std::string& key : keys(full)) covered.insert(key.substr(0, key.find_first_of("(,")));
  }
  for (const char* name :
       {"alexnet", "vgg11", "resnet18", "resnet34", "resnet50", "mobilenet-v2", "squeezenet", "densenet121",
        "efficientnet-b0", "convnext-tiny", "vit-small", "airbench"})
    EXPECT_TRUE(covered.contains(name)) << name;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(0, info.param.find_first_of("(,"));
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Every, GalleryTraining, ::testing::ValuesIn(keys(false)), test_name);
INSTANTIATE_TEST_SUITE_P(Every, SlowGalleryTraining, ::testing::ValuesIn(keys(true)), test_name);

}  // namespace
}  // namespace luge::models
