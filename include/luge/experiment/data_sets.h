// Data sets by name: what data= can name in the shell besides folders and files.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "luge/data/dataset.h"

namespace luge::experiment {

/// A data set as trainings use it.
struct DataSet {
  std::string name;                        ///< the name, such as "fashion-mnist"
  data::Dataset train;                     ///< what is trained on
  std::optional<data::Dataset> test = {};  ///< what is looked at once, at the end
  /// True for a data set that holds all cases that there are, such as a truth table. Nothing of it is held
  /// back for validation, and its inputs are not scaled.
  bool complete = false;
};

/// Adds a data set. `load` is called for each training that uses it. Returns false when the name is taken.
///
///     experiment::add_data_set("spirals", [] { return experiment::DataSet{"spirals", make_spirals()}; });
bool add_data_set(const std::string& name, std::function<DataSet()> load);
/// Returns the names in the order in which they were added.
std::vector<std::string> data_set_names();

}  // namespace luge::experiment
