// Whitening: inputs whose numbers are uncorrelated and have variance 1.
#pragma once

#include <cstdint>
#include <string>

#include "luge/data/recipe.h"
#include "luge/options.h"

namespace luge::data {

/// The axes of whitened inputs.
enum class Whitening : std::uint8_t {
  pca,  ///< those of the largest variance, as a list of numbers
  zca,  ///< those of the input, so that pictures still look like pictures
};

namespace steps {
/// Options of whiten.
struct WhitenOptions {
  Whitening how = Whitening::pca;  ///< the axes
  std::int64_t components = 0;     ///< how many axes of the largest variance are used; 0: all
  double epsilon = 1e-5;           ///< what is added to each variance before its root divides
  /// Divide each number by its standard deviation first, as columns of different units need it: C is then the
  /// correlation.
  bool standardize = false;
};
/// Whitens the field "input": with the covariance C = V diag(λ) Vᵀ of the training data (divided by n - 1)
/// and its mean m, pca gives diag(1/√(λ+ε)) Vᵀ (x - m), f32[components], and zca V diag(1/√(λ+ε)) Vᵀ (x - m),
/// f32 of the shape of the input. It is computed in float64 and applied in float32. The largest element of
/// each axis in V is positive. Throws ShapeError for inputs without a fixed shape or with more than 4,096
/// numbers, ValueError for fewer than two samples and for more components than numbers, and FormatError
/// naming the sample for a value that is not finite. Source: scikit-learn PCA(whiten=True), Bell and
/// Sejnowski 1997.
StepRef whiten(const WhitenOptions& options = {});
}  // namespace steps

}  // namespace luge::data

/// The names of the ways to whiten, in the shell and in files.
template <>
struct luge::options::Names<luge::data::Whitening> {
  /// Each with its name.
  static constexpr std::pair<luge::data::Whitening, const char*> all[] = {
      {luge::data::Whitening::pca, "pca"}, {luge::data::Whitening::zca, "zca"}};
};
