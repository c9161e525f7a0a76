// Normalizers against scikit-learn, and what files keep of them.
#include "luge/data/whitening.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/whitening/symmetric_eigen.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "support/errors.h"
#include "support/paths.h"

namespace luge::data {
namespace {

using testing::expect_error;

struct Goldens {
  io::SafetensorsFile file{(testing::source_dir() / "tests/golden/normalizers.safetensors").string()};
  template <class T>
  std::vector<T> values(const char* name) const {
    const std::vector<std::byte> bytes = file.read(name);
    const auto* begin = reinterpret_cast<const T*>(bytes.data());
    return {begin, begin + bytes.size() / sizeof(T)};
  }
  Dataset x() const { return tensors(tensor(values<float>("x"), {40, 6})); }
};

void expect_near(const Dataset& made, const std::vector<double>& wanted, double tolerance, const char* what) {
  std::size_t k = 0;
  for (const Sample& sample : made) {
    for (const float value : sample.input.as<float>()) {
      ASSERT_LT(k, wanted.size()) << what;
      EXPECT_NEAR(value, wanted[k], tolerance) << what << ", number " << k;
      ++k;
    }
  }
  EXPECT_EQ(k, wanted.size()) << what;
}

TEST(Normalizers, AreThoseOfScikitLearn) {
  const Goldens golden;
  const Dataset x = golden.x();
  for (const Scaling scaling : {Scaling::standardize, Scaling::min_max, Scaling::robust})
    expect_near(Recipe({steps::scale(scaling)}).fit(x).training(x),
                golden.values<double>(std::string(name(scaling)).c_str()), 2e-6, name(scaling).data());
  expect_near(Recipe({steps::whiten({.epsilon = 0})}).fit(x).training(x), golden.values<double>("pca"), 1e-4,
              "pca");
  expect_near(Recipe({steps::whiten({.components = 3, .epsilon = 0})}).fit(x).training(x),
              golden.values<double>("pca3"), 1e-4, "pca3");
  expect_near(Recipe({steps::whiten({.how = Whitening::zca, .epsilon = 1e-3})}).fit(x).training(x),
              golden.values<double>("zca"), 1e-4, "zca");
}

TEST(Normalizers, WhitenWhatTheyWereFittedToAlone) {
  const Dataset x = Goldens().x();
  const auto [fit, rest] = x.split(0.5);
  const Recipe recipe = Recipe({steps::whiten({.how = Whitening::zca})}).fit(fit);
  const Recipe again = Recipe::from_json(recipe.to_json());
  for (std::int64_t i = 0; i < rest.size(); ++i) {
    const HostArray one = recipe.evaluation(rest).get(i).input;
    EXPECT_EQ(one.bytes, again.evaluation(rest).get(i).input.bytes);
    EXPECT_EQ(one.bytes, again.prediction(rest.record(i))[kInput].bytes);
  }
  EXPECT_NE(recipe.to_json(), Recipe({steps::whiten({.how = Whitening::zca})}).fit(x).to_json());
}

// Columns of very different units: without dividing first, the small ones would be lost in rounding.
TEST(Normalizers, WhitenColumnsOfDifferentUnits) {
  const Dataset x = Goldens().x();
  const Dataset units = x.affine({{0.0f}, {1, 1e8f, 1, 1e-4f, 1, 1}});
  const auto white = [](const Dataset& data) {
    return Recipe({steps::whiten({.how = Whitening::zca, .epsilon = 1e-3, .standardize = true})})
        .fit(data)
        .training(data);
  };
  const Dataset a = white(x), b = white(units);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const HostArray one = a.get(i).input, other = b.get(i).input;
    for (std::size_t k = 0; k < 6; ++k) EXPECT_NEAR(one.as<float>()[k], other.as<float>()[k], 1e-4);
  }
}

// The bytes of a picture come to the same numbers as the data, which was divided by 255.
TEST(Normalizers, WhitenRawValuesAsTheDataWere) {
  std::vector<float> pixels;
  for (int i = 0; i < 60; ++i) pixels.push_back(static_cast<float>(i * i % 251));
  const Dataset bytes = tensors(tensor(pixels, {15, 1, 2, 2}));
  const Dataset data = bytes.affine({{0.0f}, {1 / 255.0f}});
  const Recipe recipe = Recipe({steps::whiten({.how = Whitening::zca})}).fit(data);
  const HostArray wanted = recipe.training(data).get(4).input;
  const HostArray got = recipe.prediction(bytes.record(4))[kInput];
  EXPECT_EQ(got.field.shape, Shape({1, 2, 2}));
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(got.as<float>()[k], wanted.as<float>()[k], 1e-4);
}

TEST(Normalizers, EigenvectorsDiagonalize) {
  constexpr std::size_t n = 33;
  std::vector<double> a(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j)
      a[i * n + j] = a[j * n + i] = std::sin(static_cast<double>(i * 7 + j * 3)) + (i == j ? 2 : 0);
  }
  const Eigen eigen = symmetric_eigen(a, n);
  for (std::size_t k = 0; k < n; ++k) {
    EXPECT_LE(eigen.values[k], eigen.values[k == 0 ? 0 : k - 1]);
    for (std::size_t i = 0; i < n; ++i) {
      double product = 0;
      for (std::size_t j = 0; j < n; ++j) product += a[i * n + j] * eigen.vectors[k * n + j];
      EXPECT_NEAR(product, eigen.values[k] * eigen.vectors[k * n + i], 1e-11);
    }
  }
  const Eigen flat = symmetric_eigen(std::vector<double>(9, 0.0), 3);
  EXPECT_EQ(flat.values, std::vector<double>(3, 0.0));
  EXPECT_EQ(symmetric_eigen({5}, 1).values, std::vector<double>{5});
}

// Most values of its covariance are 0.
TEST(Normalizers, WhitenFewerSamplesThanNumbers) {
  std::vector<float> numbers;
  std::uint32_t state = 1;
  for (int k = 0; k < 12 * 200; ++k) {
    state = state * 1664525u + 1013904223u;
    numbers.push_back(k % 200 < 50 ? 0.0f
                                   : static_cast<float>(state >> 8) / 16777216.0f);  // some never change
  }
  const Dataset few = tensors(tensor(std::move(numbers), {12, 200}));
  for (const Whitening how : {Whitening::pca, Whitening::zca}) {
    const StepRef step = steps::whiten({.how = how, .components = 5})->fit(few);
    for (const Sample& sample : step->apply(few)) {
      for (const float value : sample.input.as<float>()) ASSERT_TRUE(std::isfinite(value));
    }
  }
}

TEST(BadInput, C21_WhiteningOfTooLittle) {
  const Dataset one = tensors(tensor(std::vector<float>{1, 2}, {1, 2}));
  expect_error<ValueError>([&] { Recipe({steps::whiten()}).fit(one); }, {"whiten", "1 samples"});
  expect_error<ShapeError>([&] { Recipe({steps::whiten()}).fit(tensors(zeros({2, 5000}))); }, {"4096"});
  expect_error<ValueError>([&] { Recipe({steps::whiten({.components = 9})}).fit(Goldens().x()); },
                           {"components is 9", "6 numbers"});
  expect_error<StateError>([&] { Recipe({steps::whiten()}).training(Goldens().x()); }, {"Recipe::fit"});
  expect_error<FormatError>(
      [] {
        Recipe::from_json(R"([{"step":"whiten","options":{"shape":[2],"mean":"AAAA","matrix":"AAAA"}}])");
      },
      {"whiten", "does not match"});
}

}  // namespace
}  // namespace luge::data
