// The data sets that data= can name: built-in ones, folders of IDX files, CSV tables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "luge/data/dataset.h"

namespace luge::cli {

struct Data {
  std::string name;  // "fashion-mnist", "iris"
  data::Dataset train;
  std::optional<data::Dataset> test;
};

/// What data= may be beside a path.
std::vector<std::string> data_set_names();
/// The keys that tell how a table is read.
std::vector<Key> table_keys();

/// How a model wants its targets.
enum class TargetKind { automatic, labels, values };
/// Loads what data= names. Throws Misuse for a name that is not known, FileError and FormatError for its
/// files.
Data load_data(const Arguments& arguments, const std::string& name, TargetKind kind = TargetKind::automatic);

}  // namespace luge::cli
