// Features by name: steps of recipes that make new columns of the columns of the data, as the shell names
// them, and the columns that raw data must have for them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/data/recipe.h"
#include "luge/options.h"
#include "luge/shape.h"

namespace luge::data {

/// Registers features under a name that feature, the key data.features and `luge list features` take, with
/// one line that says what they are. `make` is a function that makes the step, from a struct of its options
/// if it has any. Returns false when the name is taken.
bool add_feature(const std::string& name, const std::string& description, options::Maker<StepRef> make);
/// Returns the step of features that are registered. Throws ValueError for a name that does not exist, and
/// OptionError for options that are not right.
StepRef feature(const std::string& name, const options::Values& values = {});
/// Returns the names that feature takes.
std::vector<std::string> feature_names();

/// What the field "input" of raw data is.
struct RawInput {
  Shape shape;                        ///< its shape
  std::vector<std::string> features;  ///< the names of the columns of a table; empty otherwise
  /// True when the columns hold cells of any type, which steps::table reads (luge/data/table.h).
  bool cells = false;
};
/// Returns what the raw input of a recipe is, as far as it has the step steps::columns or
/// steps::table; else nothing.
std::optional<RawInput> raw_input(const Recipe& recipe);

namespace steps {

/// Remembers shape and column names of the field "input" of the training data, which later steps change, so
/// that raw data can be read again. The data passes unchanged. Throws ShapeError for data of another shape.
StepRef columns();

}  // namespace steps
}  // namespace luge::data
