// The data sets that data= can name: built-in ones, folders of IDX files, CSV tables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "luge/data/dataset.h"
#include "luge/data/sources.h"

namespace luge::cli {

struct Data {
  std::string name;  // "fashion-mnist", "iris"
  data::Dataset train;
  std::optional<data::Dataset> test;
};

/// What data= may be besides a path.
std::vector<std::string> data_set_names();
/// The keys that tell how a table is read.
std::vector<Key> table_keys();

/// How a table is written, as far as data.header and data.separator say.
struct TableFormat {
  data::CsvOptions::Header header;
  char separator;  // 0: found out
};
TableFormat table_format(const Arguments& arguments);

/// How a model wants its targets.
enum class TargetKind { automatic, labels, values };
/// What a table must hold, in which order, for a network that has been trained; all empty: what it has.
struct TableLayout {
  std::vector<std::string> features, classes;
  std::string target;
};
/// What data= is in a file that is read somewhere else later: a path becomes absolute.
std::string recorded_data(const std::string& name);
/// Loads what data= names. Throws Misuse for a name that is not known, FileError and FormatError for its
/// files.
Data load_data(const Arguments& arguments, const std::string& name, TargetKind kind = TargetKind::automatic,
               const TableLayout& layout = {});

}  // namespace luge::cli
