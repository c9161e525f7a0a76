// arrays: NPY and NPZ files of NumPy.
#include "experiment/data_reader.h"
#include "luge/data/array_files.h"

namespace luge::experiment {
namespace {

Recognition recognize(const std::filesystem::path& path) {
  const std::string end = path.extension().string();
  std::error_code error;
  const bool named = end == ".npz" || end == ".npy";
  return named && std::filesystem::is_regular_file(path, error) ? Recognition::yes() : Recognition::no();
}

DataSet read_arrays(const DataPath& data) {
  data::ArrayParts parts = data::array_file(data.path, {.classes = data.layout.classes});
  return {data.name(), std::move(parts.train), std::move(parts.test)};
}

const bool added_arrays =
    add_data_reader("arrays", "NPY, or NPZ with x and y, or with x_train, y_train, x_test and y_test",
                    {.recognize = recognize, .read = read_arrays, .rank = 0});

}  // namespace
}  // namespace luge::experiment
