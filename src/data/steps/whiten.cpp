// whiten: inputs whose numbers are uncorrelated and have variance 1.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/dispatch.h"
#include "data/steps/step.h"
#include "data/whitening/floats_text.h"
#include "data/whitening/lines_simd.h"
#include "data/whitening/symmetric_eigen.h"
#include "luge/data/whitening.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::int64_t kMostNumbers = 4096;

struct Options : steps::WhitenOptions {
  std::vector<std::int64_t> shape = {};                // fitted: of the input
  std::vector<float> raw_offset = {}, raw_scale = {};  // fitted: Info::preprocessing
  std::string mean = {}, matrix = {};                  // fitted, as text: [numbers] and [numbers, outputs]
  static void fields(auto& self, auto&& field) {
    field("how", self.how, "the axes");
    field("components", self.components, "how many of the axes of the largest variance; 0: all",
          options::at_least(0));
    field("epsilon", self.epsilon, "what is added to each variance", options::at_least(0));
    field("standardize", self.standardize, "whether each number is divided by its standard deviation first");
    field("shape", self.shape, "the extents of the input", options::at_least(0));
    field("raw_offset", self.raw_offset, "what was subtracted from raw values before");
    field("raw_scale", self.raw_scale, "the factor of raw values before");
    field("mean", self.mean, "the mean of the training data, float32 in base64");
    field("matrix", self.matrix, "the matrix, float32 in base64");
  }
};

// The numbers of a value, after (x - offset) * scale.
std::vector<float> numbers_of(const HostArray& value, const Affine& affine) {
  std::vector<float> numbers(static_cast<std::size_t>(value.field.shape.elements()));
  dispatch(value.field.dtype, [&]<class T>() {
    const T* from = reinterpret_cast<const T*>(value.bytes.data());
    for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = convert_element<float>(from[k]);
  });
  const std::size_t groups = std::max(affine.offset.size(), affine.scale.size());
  const std::size_t length = numbers.size() / groups;
  for (std::size_t k = 0; k < length * groups; ++k) {
    numbers[k] = (numbers[k] - affine.offset[affine.offset.size() == 1 ? 0 : k / length]) *
                 affine.scale[affine.scale.size() == 1 ? 0 : k / length];
  }
  return numbers;
}

class Whiten final : public StepWith<Whiten, Options> {
 public:
  static constexpr const char* kName = "whiten";
  explicit Whiten(Options options) : StepWith(std::move(options)) {
    options::check(kName, options_);
    if (options_.matrix.empty()) return;
    const auto mean = floats_of_text(options_.mean), matrix = floats_of_text(options_.matrix);
    std::size_t count = options_.shape.empty() ? 0 : 1;
    for (const std::int64_t extent : options_.shape)
      count *= static_cast<std::size_t>(std::min(extent, kMostNumbers + 1));
    if (!mean || !matrix || count == 0 || mean->size() != count || matrix->empty() ||
        matrix->size() % count != 0)
      throw FormatError("recipe: the step whiten has a mean or a matrix that does not match its shape");
    fitted_ = std::make_shared<const Fitted>(Fitted{*mean, *matrix});
  }

  StepRef fit(const Dataset& training) const override {
    const Info& info = training.info();
    const Field& input = info.input();
    if (input.text || !input.fixed() || input.shape.elements() < 1 || input.shape.elements() > kMostNumbers) {
      throw ShapeError(fmt::format("whiten: the input of {} is {}; expected at most {} numbers of one shape",
                                   info.name, input.to_string(), kMostNumbers));
    }
    const auto n = static_cast<std::size_t>(input.shape.elements());
    if (training.size() < 2)
      throw ValueError(
          fmt::format("whiten: {} has {} samples; expected 2 or more", info.name, training.size()));
    if (options_.components > static_cast<std::int64_t>(n))
      throw ValueError(
          fmt::format("whiten: components is {}; the input has {} numbers", options_.components, n));
    std::vector<double> mean(n), covariance(n * n);
    each(training, [&](const std::vector<float>& x) {
      for (std::size_t i = 0; i < n; ++i) mean[i] += x[i];
    });
    for (double& value : mean) value /= static_cast<double>(training.size());
    const std::vector<double> scale = scales(training, mean);
    add_products(training, mean, scale, covariance);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i; j < n; ++j)
        covariance[j * n + i] = covariance[i * n + j] /= static_cast<double>(training.size() - 1);
    }
    const Eigen eigen = symmetric_eigen(std::move(covariance), n);
    Options fitted = options_;
    fitted.shape.assign(input.shape.begin(), input.shape.end());
    const Affine before = info.preprocessing.value_or(Affine{});
    fitted.raw_offset = before.offset, fitted.raw_scale = before.scale;
    fitted.mean = text_of_floats(std::vector<float>(mean.begin(), mean.end()));
    fitted.matrix = text_of_floats(matrix_of(eigen, scale));
    return std::make_shared<Whiten>(std::move(fitted));
  }
  Dataset apply(const Dataset& data) const override {
    const std::optional<Affine>& before = data.info().preprocessing;
    const bool same = !before || *before == raw();
    return derive(data, derivation(same ? Affine{} : compose(inverse_of(*before), raw())));
  }
  void apply(Record& record) const override {
    if (record.contains(kInput)) derive(record, derivation(raw()));
  }

 private:
  struct Fitted {
    std::vector<float> mean, matrix;
  };

  static void each(const Dataset& training, const auto& visit) {
    const Dataset inputs = training.fields({std::string(kInput)});
    for (std::int64_t i = 0; i < inputs.size(); ++i) {
      const std::vector<float> x = numbers_of(inputs.record(i)[kInput], {});
      if (!std::all_of(x.begin(), x.end(), [](float value) { return std::isfinite(value); }))
        throw FormatError(fmt::format("{}: holds a value that is not finite", training.where(i)));
      visit(x);
    }
  }
  // Adds to the upper half of a matrix [numbers, numbers] the products of each two numbers of a sample, over
  // all samples. Several samples go through a line of the matrix while it is in the nearest cache.
  static void add_products(const Dataset& training, const std::vector<double>& mean,
                           const std::vector<double>& scale, std::vector<double>& matrix) {
    constexpr std::size_t kTogether = 32;
    const std::size_t n = mean.size();
    std::vector<double> centered(kTogether * n);
    std::size_t count = 0;
    const auto flush = [&] {
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t s = 0; s < count; ++s) {
          const double* sample = &centered[s * n + i];
          if (*sample != 0) add_scaled(*sample, sample, &matrix[i * n + i], n - i);
        }
      }
      count = 0;
    };
    each(training, [&](const std::vector<float>& x) {
      for (std::size_t i = 0; i < n; ++i) centered[count * n + i] = (x[i] - mean[i]) * scale[i];
      if (++count == kTogether) flush();
    });
    flush();
  }
  // What each number is multiplied by before; a number that does not vary stays.
  std::vector<double> scales(const Dataset& training, const std::vector<double>& mean) const {
    std::vector<double> squares(mean.size());
    if (!options_.standardize) return std::vector<double>(mean.size(), 1.0);
    each(training, [&](const std::vector<float>& x) {
      for (std::size_t i = 0; i < x.size(); ++i) squares[i] += (x[i] - mean[i]) * (x[i] - mean[i]);
    });
    for (double& each : squares)
      each = each > 0 ? std::sqrt(static_cast<double>(training.size() - 1) / each) : 1.0;
    return squares;
  }
  // [n, outputs]: row i is what one unit of number i adds to the outputs.
  std::vector<float> matrix_of(const Eigen& eigen, const std::vector<double>& scale) const {
    const std::size_t n = scale.size();
    const std::size_t kept = options_.components > 0 ? static_cast<std::size_t>(options_.components) : n;
    const bool pca = options_.how == Whitening::pca;
    const std::size_t outputs = pca ? kept : n;
    std::vector<double> matrix(n * outputs);
    for (std::size_t k = 0; k < kept; ++k) {
      const double* axis = &eigen.vectors[k * n];
      const double variance = std::max(eigen.values[k], 0.0) + options_.epsilon;
      const double factor = variance > 0 ? 1 / std::sqrt(variance) : 0;
      for (std::size_t i = 0; i < n; ++i) {
        if (pca) {
          matrix[i * outputs + k] = factor * axis[i];
        } else {
          add_scaled(factor * axis[i], axis, &matrix[i * n], n);
        }
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < outputs; ++k) matrix[i * outputs + k] *= scale[i];
    }
    return {matrix.begin(), matrix.end()};
  }
  Affine raw() const {
    return options_.raw_offset.empty() ? Affine{} : Affine{options_.raw_offset, options_.raw_scale};
  }
  Derivation derivation(const Affine& before) const {
    if (!fitted_)
      throw StateError("recipe: the whitening is not fitted; call Recipe::fit with the training data");
    const Shape shape{std::span<const std::int64_t>(options_.shape)};
    const auto outputs = static_cast<std::int64_t>(fitted_->matrix.size() / fitted_->mean.size());
    const Shape made = options_.how == Whitening::pca ? Shape{outputs} : shape;
    return {.who = kName,
            .mark = options(),
            .from = std::string(kInput),
            .to = std::string(kInput),
            .made = {f32, made},
            .function =
                [fitted = fitted_, before, shape, made](const HostArray& value, const Where& where) {
                  if (value.field.shape != shape)
                    throw ShapeError(fmt::format("{}: the input is {}; expected {}, as in the training data",
                                                 where(), value.field.to_string(), shape.to_string()));
                  std::vector<float> x = numbers_of(value, before);
                  HostArray result(Field{f32, made});
                  const std::span<float> to = result.as<float>();
                  for (std::size_t i = 0; i < x.size(); ++i)
                    add_scaled(x[i] - fitted->mean[i], &fitted->matrix[i * to.size()], to.data(), to.size());
                  return result;
                },
            .describe =
                [pca = options_.how == Whitening::pca, outputs](Info& info) {
                  if (!pca) return;
                  info.features.clear();
                  for (std::int64_t k = 0; k < outputs; ++k)
                    info.features.push_back(fmt::format("component{}", k + 1));
                }};
  }
  std::shared_ptr<const Fitted> fitted_;
};

const bool added_whiten = Whiten::add();

}  // namespace

StepRef steps::whiten(const WhitenOptions& options) {
  Options own;
  static_cast<steps::WhitenOptions&>(own) = options;
  return std::make_shared<Whiten>(std::move(own));
}

}  // namespace luge::data
