// The names that the parts of a data set have as folders.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiment/data_reader.h"

namespace luge::experiment {

/// In the order in which the first that is there counts.
inline const std::vector<std::string> kTrainNames = {"train", "training"},
                                      kValidNames = {"val", "valid", "validation"}, kTestNames = {"test"};

/// The folder of the training part; the path itself where there are no parts.
inline std::filesystem::path training_folder(const std::filesystem::path& path) {
  std::error_code error;
  for (const std::string& name : kTrainNames) {
    if (std::filesystem::is_directory(path / name, error)) return path / name;
  }
  return path;
}

/// The parts that are there, each loaded from its folder, or all as one when there are none.
inline DataSet of_part_folders(
    const DataPath& data, const std::function<data::Dataset(const std::filesystem::path& folder)>& load) {
  const std::filesystem::path train = training_folder(data.path);
  DataSet set{data.name(), load(train)};
  if (train == data.path) return set;
  const auto part = [&](const std::vector<std::string>& names) -> std::optional<data::Dataset> {
    std::error_code error;
    for (const std::string& name : names) {
      if (std::filesystem::is_directory(data.path / name, error)) return load(data.path / name);
    }
    return std::nullopt;
  };
  set.valid = part(kValidNames), set.test = part(kTestNames);
  return set;
}

}  // namespace luge::experiment
