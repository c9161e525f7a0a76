#include "support/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "luge/autodiff.h"
#include "luge/io/safetensors.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "support/paths.h"

namespace luge::testing {
namespace {

GoldenErrors& met() {
  static GoldenErrors errors;
  return errors;
}

// "row|k.in0"
void read_file(const std::filesystem::path& path, std::vector<Golden>& all) {
  const io::SafetensorsFile file(path.string());
  std::map<std::string, Golden> found;
  for (const io::StoredTensor& stored : file.tensors()) {
    const std::size_t dot = stored.name.rfind('.');
    const std::string role = stored.name.substr(dot + 1);
    const std::size_t digits = role.find_first_of("0123456789");
    Golden& golden = found[stored.name.substr(0, dot)];
    golden.row = stored.name.substr(0, stored.name.rfind('|'));
    const std::string kind = role.substr(0, digits);
    Tensors& list = kind == "in"     ? golden.in
                    : kind == "out"  ? golden.out
                    : kind == "seed" ? golden.seed
                                     : golden.gradient;
    const auto at = static_cast<std::size_t>(std::stoi(role.substr(digits)));
    if (list.size() <= at) list.resize(at + 1);
    list[at] = tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape);
  }
  for (auto& [name, golden] : found) all.push_back(std::move(golden));
}

void expect_equal(const Tensor& got, const Tensor& wanted, double tolerance, const std::string& what,
                  double& largest) {
  ASSERT_EQ(got.shape(), wanted.shape()) << what;
  const auto a = cast(got, f64).to_vector<double>(), b = cast(wanted, f64).to_vector<double>();
  double scale = 1;
  for (double each : b) {
    if (std::isfinite(each)) scale = std::max(scale, std::abs(each));
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double error = std::abs(a[i] - b[i]) / scale;
    EXPECT_LE(error, tolerance) << what << " at " << i << ": " << a[i] << ", expected " << b[i];
    largest = std::max(largest, error);
  }
}

}  // namespace

const GoldenErrors& golden_errors() { return met(); }

void expect_golden_tensor(const Tensor& got, const Tensor& wanted, double tolerance,
                          const std::string& what) {
  double largest = 0;
  expect_equal(got, wanted, tolerance, what, largest);
}

bool has_gradients(const Golden& golden) { return !golden.gradient.empty(); }

std::vector<Golden> read_goldens(const std::string& name) {
  const std::filesystem::path path = source_dir() / "tests/golden" / name;
  std::vector<Golden> all;
  if (!std::filesystem::is_directory(path)) {
    read_file(path, all);
    return all;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) read_file(file, all);
  return all;
}

void expect_golden(const Golden& golden, const std::function<Tensors(const Tensors&)>& build,
                   double tolerance) {
  const Tensors out = build(golden.in);
  ASSERT_EQ(out.size(), golden.out.size()) << golden.row;
  Tensors gradients(golden.gradient.size());
  if (has_gradients(golden)) {  // before a value is read, which releases the graph
    Tensor total = scalar(0, f64);
    for (std::size_t k = 0; k < golden.seed.size(); ++k) {
      if (golden.seed[k].defined()) total = total + sum(out[k] * golden.seed[k]);
    }
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      if (golden.gradient[k].defined())
        gradients[k] = grad(total, golden.in[k], {.seed = {}, .allow_unused = true});
    }
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    expect_equal(out[k], golden.out[k], tolerance, golden.row + " result " + std::to_string(k), met().value);
    ++met().values;
  }
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    if (!gradients[k].defined()) continue;
    expect_equal(gradients[k], golden.gradient[k], tolerance,
                 golden.row + " gradient of input " + std::to_string(k), met().gradient);
    ++met().gradients;
  }
}

}  // namespace luge::testing
