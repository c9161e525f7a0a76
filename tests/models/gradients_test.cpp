// The networks of the gallery beside PyTorch's: losses, outputs and gradients from the same parameters on the
// same input. tests/golden/make_gallery.py wrote down what PyTorch got.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "luge/autodiff.h"
#include "luge/io/safetensors.h"
#include "luge/loss/loss.h"
#include "luge/models/gallery.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "models/formula_numbers.h"
#include "support/paths.h"

namespace luge::models {
namespace {

using testing_formula::fill, testing_formula::numbers;

const io::SafetensorsFile& goldens() {
  static const io::SafetensorsFile file(
      (testing::source_dir() / "tests/golden/models/gallery.safetensors").string());
  return file;
}

constexpr std::string_view kFull = ", full";

// "name(options)", with ", full" where it takes long.
std::vector<std::string> keys(bool full) {
  std::vector<std::string> all;
  for (const io::StoredTensor& stored : goldens().tensors()) {
    const std::string key = stored.name.substr(0, stored.name.find('|'));
    if (stored.name.ends_with("|loss") && key.ends_with(kFull) == full) all.push_back(key);
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

double norm_of(const auto& values) {
  double sum = 0;
  for (const auto value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum);
}

// One output for each class, and a label for each sample or pixel.
template <class T>
Tensor cost_of(const loss::Loss& loss, const Tensor& output) {
  const Tensor scores = output.rank() == 4 ? permute(output, {0, 2, 3, 1}) : output;
  const Shape each = scores.shape().without(scores.rank() - 1);
  std::vector<std::int64_t> labels;
  for (std::int64_t k = 0; k < each.elements(); ++k) labels.push_back((7 * k + 3) % scores.extent(-1));
  return loss(scores, tensor(labels, each));
}

// The largest relative errors; those of elements also in units of the root mean square of their gradient.
struct Errors {
  double loss = 0, output = 0, norm = 0, element = 0;
};

template <class T>
Errors compare(const std::string& key) {
  Errors worst;
  const auto extents = golden<std::int64_t>(key + "|shape");
  const Shape input{std::span<const std::int64_t>(extents)};
  const Entry entry = find(key.ends_with(kFull) ? key.substr(0, key.size() - kFull.size()) : key);
  const nn::Model net = entry.make(entry.outputs);
  net->build(input.without(0), dtype_of<T>);
  fill<T>(net);
  const auto named = net->named_parameters();
  const Tensor output = (*net)(numbers<T>(0, input));
  const Tensor cost = cost_of<T>(loss::named(entry.defaults.loss), output);
  Tensors gradients = grad(cost, net->parameters());
  Tensors all = gradients;
  all.insert(all.end(), {cost, output});
  eval(all);

  const auto meet = [](double& largest, double here, double there, double scale) {
    largest = std::max(largest, std::isfinite(here) ? std::abs(here - there) / scale : HUGE_VAL);
  };
  const double loss = golden<double>(key + "|loss").at(0);
  meet(worst.loss, cost.item<T>(), loss, std::abs(loss));
  const auto outputs = output.to_vector<T>();
  const auto outputs_there = golden<double>(key + "|outputs");
  for (std::size_t k = 0; k < outputs_there.size(); ++k)
    meet(worst.output, outputs[k * (outputs.size() - 1) / 7], outputs_there[k], norm_of(outputs_there));
  const auto norms = golden<double>(key + "|norms"), elements = golden<double>(key + "|elements");
  if (gradients.size() != norms.size()) {
    ADD_FAILURE() << key << " has " << gradients.size() << " parameters, expected " << norms.size();
    return worst;
  }
  // Of a bias between two batch norms only rounding is left.
  const double nothing = (dtype_of<T> == f64 ? 1e-12 : 1e-6) * *std::ranges::max_element(norms);
  std::size_t learned = 0;
  for (std::size_t p = 0; p < norms.size(); ++p) {
    const auto values = gradients[p].template to_vector<T>();
    gradients[p] = all[p] = {};
    if (norms[p] < nothing) {
      EXPECT_LT(norm_of(values), nothing) << key << ' ' << named[p].name;
      continue;
    }
    ++learned;
    meet(worst.norm, norm_of(values), norms[p], norms[p]);
    const double typical = norms[p] / std::sqrt(static_cast<double>(values.size()));
    for (std::size_t k = 0; k < 4; ++k) {
      const double there = elements[4 * p + k];
      meet(worst.element, values[k * (values.size() - 1) / 3], there, std::abs(there) + typical);
    }
  }
  EXPECT_GE(5 * learned, 4 * norms.size()) << key;
  return worst;
}

void expect_within(const std::string& key, const Errors& worst, const Errors& bounds) {
  EXPECT_LE(worst.loss, bounds.loss) << key;
  EXPECT_LE(worst.output, bounds.output) << key;
  EXPECT_LE(worst.norm, bounds.norm) << key;
  EXPECT_LE(worst.element, bounds.element) << key;
}

TEST(GalleryGradients, ArePyTorchs) {
  std::set<std::string> covered;
  for (const std::string& key : keys(false)) {
    expect_within(key, compare<double>(key), {1e-8, 1e-8, 1e-8, 1e-8});
    covered.insert(key.substr(0, key.find('(')));
  }
  EXPECT_GE(covered.size(), 20u);
}

// In float32, which puts some units on the other side of a kink: more in each layer, so that deeper networks
// are left to float64 above.
class SlowGalleryGradients : public ::testing::TestWithParam<std::string> {};

TEST_P(SlowGalleryGradients, AtFullSizeArePyTorchs) {
  expect_within(GetParam(), compare<float>(GetParam()), {1e-4, 1e-3, 1e-2, 1e-1});
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(0, info.param.find_first_of("(,"));
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Every, SlowGalleryGradients, ::testing::ValuesIn(keys(true)), test_name);

}  // namespace
}  // namespace luge::models
