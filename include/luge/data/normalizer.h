// Normalization of inputs to a common scale. It is fitted to the training part alone, applied to each part,
// and saved with the model.
#pragma once

#include <string_view>

#include "luge/data/dataset.h"
#include "luge/options.h"

namespace luge::data {

/// How inputs are scaled.
enum class Scaling {
  none,         ///< not at all
  standardize,  ///< to mean 0 and variance 1
  min_max,      ///< to the range 0 … 1
  /// To median 0 and a distance of 1 between the first and the third quartile, which outliers do not move.
  /// Quartiles lie between the two nearest values in proportion. Source: scikit-learn RobustScaler.
  robust,
};

/// Returns the scaling of a name that the shell uses: "none", "standardize", "min-max" or "robust". Throws
/// ValueError for another name, and lists these.
Scaling scaling_named(std::string_view text);
/// Returns the name that the shell uses.
std::string_view name(Scaling scaling);

/// Measures the inputs of a data set and returns offset and scale for Dataset::affine. Tables (rank 1) are
/// measured column by column, images [C,H,W] channel by channel, and other inputs as a whole. A column or
/// channel that does not vary is only shifted. For Scaling::robust all values are in memory at the same time.
/// Throws ValueError for a data set without samples or without numbers, ShapeError when the number of columns
/// or channels is not known, and FormatError naming the sample for a value that is not finite.
///
///     auto scaled = test.affine(data::fit_scaling(train, data::Scaling::min_max));
Affine fit_scaling(const Dataset& training, Scaling scaling);

/// Returns one step that does the same as `first` and then `second`.
Affine compose(const Affine& first, const Affine& second);
/// Returns the step that takes back what `affine` does. A scale of 0 cannot be taken back.
Affine inverse_of(const Affine& affine);

}  // namespace luge::data

/// The names of the scalings, in the shell and in files.
template <>
struct luge::options::Names<luge::data::Scaling> {
  /// Each with its name.
  static constexpr std::pair<luge::data::Scaling, const char*> all[] = {
      {luge::data::Scaling::none, "none"},
      {luge::data::Scaling::standardize, "standardize"},
      {luge::data::Scaling::min_max, "min-max"},
      {luge::data::Scaling::robust, "robust"}};
};
