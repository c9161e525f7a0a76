// Steps of recipes that make features of columns: one number for each category, and products of columns.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "luge/data/recipe.h"
#include "luge/options.h"

namespace luge::data {

/// How one_hot reads a category that the training data does not have.
enum class UnknownCategory : std::uint8_t {
  error,   ///< it throws IndexError
  ignore,  ///< as zeros for all categories
};

namespace steps {

/// Options of one_hot.
struct OneHotOptions {
  std::string field = std::string(kInput);  ///< the field of categories
  /// The columns of categories; a negative number counts from the last one. None means all of them.
  std::vector<std::int64_t> columns = {};
  UnknownCategory unknown = UnknownCategory::error;  ///< what to do with a category that is not known
};
/// Replaces columns of categories by a number for each category, 1 for that of the sample and 0 for the
/// others, f32. The field is a list of numbers, one number, or a text; other columns stay where they are. The
/// categories are those of the training data in ascending order; whole numbers are compared exactly. Throws
/// ShapeError for another field, FormatError naming the sample for a number that is not finite, ValueError
/// for a column that does not exist or is listed twice, and IndexError naming the sample and the category as
/// the options say. Source: scikit-learn OneHotEncoder.
StepRef one_hot(const OneHotOptions& options = {});

/// Options of polynomial.
struct PolynomialOptions {
  std::int64_t degree = 2;                  ///< the largest number of factors
  bool interaction_only = false;            ///< only products of different columns
  bool bias = true;                         ///< begin with a column of ones
  std::string field = std::string(kInput);  ///< the field of columns
};
/// Replaces columns [n] by all products of up to `degree` of them, f32: 1, then the columns, then products of
/// two columns, and so on; those of one degree in the order of their columns. Products are computed in
/// float64 and rounded once. Throws ShapeError for a field that is not a list of numbers, and ValueError for
/// more than 1,000,000 products. Source: scikit-learn PolynomialFeatures.
StepRef polynomial(const PolynomialOptions& options = {});

}  // namespace steps
}  // namespace luge::data

/// The names of what is done with unknown categories, in files.
template <>
struct luge::options::Names<luge::data::UnknownCategory> {
  /// Each with its name.
  static constexpr std::pair<luge::data::UnknownCategory, const char*> all[] = {
      {luge::data::UnknownCategory::error, "error"}, {luge::data::UnknownCategory::ignore, "ignore"}};
};
