// Files of a folder of data that cannot be read.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "experiment/data_reader.h"
#include "luge/data/bad_file.h"
#include "luge/error.h"

namespace luge::experiment {

/// Data of which too little can be read, with the files that cannot be read.
class UnreadableData : public FormatError {
 public:
  UnreadableData(const std::string& what, std::vector<UnreadFile> files)
      : FormatError(what), files_(std::move(files)) {}
  const std::vector<UnreadFile>& files() const { return files_; }

 private:
  std::vector<UnreadFile> files_;
};

/// Loads data with a function for files that cannot be read: empty with on_bad=stop, and otherwise one that
/// gathers them in the data set, with a note. What `load` throws after such a file becomes UnreadableData.
DataSet with_bad_files(const DataPath& data, const std::function<DataSet(const data::BadFile&)>& load);

}  // namespace luge::experiment
