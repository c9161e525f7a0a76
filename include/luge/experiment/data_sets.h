// Data sets by name: what data= can name in the shell besides folders and files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/data/dataset.h"
#include "luge/data/recipe.h"
#include "luge/options.h"

namespace luge::experiment {

/// A file that cannot be read.
struct UnreadFile {
  std::string path;    ///< where it is
  std::string reason;  ///< what is wrong, for people
};

/// A data set as trainings use it.
struct DataSet {
  std::string name;                        ///< the name, such as "fashion-mnist"
  data::Dataset train;                     ///< what is trained on
  std::optional<data::Dataset> test = {};  ///< what is looked at once, at the end
  /// True for a data set that holds all cases that there are, such as a truth table. Nothing of it is held
  /// back for validation, and its inputs are not scaled.
  bool complete = false;
  /// What is validated on, where the data set says so; empty: a part of the training data is held back.
  std::optional<data::Dataset> valid = {};
  /// True: what is held back for validation has the same shares of the classes as the rest.
  bool stratified = false;
  /// Steps that make raw input what the records are, such as pictures of one size. They begin the recipe of a
  /// network, so that it can be given raw input.
  data::Recipe recipe = {};
  std::vector<std::string> notes = {};  ///< what was left out of the data and why, for people
  std::vector<UnreadFile> bad = {};     ///< with on_bad=skip, all files that cannot be read
  /// True: `valid` is as large as data.validation_split says. Otherwise a share that is given makes another
  /// validation part of the training data.
  bool brings_share = false;
};

/// Registers a data set under a name that data= takes, with one line that says what it holds. `load` is a
/// function that is called for each training that uses it. Returns false when the name is taken.
///
///     experiment::add_data_set("spirals", "points on two spirals",
///                              [] { return experiment::DataSet{"spirals", make_spirals()}; });
bool add_data_set(const std::string& name, const std::string& description, options::Maker<DataSet> load);
/// Returns the names in alphabetical order.
std::vector<std::string> data_set_names();

}  // namespace luge::experiment
