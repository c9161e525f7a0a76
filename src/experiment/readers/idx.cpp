// idx: the four files of MNIST and of sets in its form.
#include "experiment/data_reader.h"
#include "luge/data/sources.h"

namespace luge::experiment {
namespace {

Recognition recognize(const std::filesystem::path& path) {
  std::error_code error;
  bool images = false, others = false;
  if (!std::filesystem::is_directory(path, error)) return Recognition::no();
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    images = images || (name.starts_with("train-images") && name.find("idx3-ubyte") != name.npos);
    others = others || name.find("idx3-ubyte") != name.npos || name.find("idx1-ubyte") != name.npos;
  }
  if (images) return Recognition::yes();
  return Recognition::almost(
      others ? "has IDX files, but not train-images-idx3-ubyte or the same with .gz"
             : "has neither train-images-idx3-ubyte and train-labels-idx1-ubyte nor the same with .gz");
}

DataSet read_idx(const DataPath& data) {
  data::TrainTest parts = data::idx_folder(data.path);
  return {data.name(), std::move(parts.train), std::move(parts.test)};
}

const bool added_idx =
    add_data_reader("idx", "pictures and labels in the four files of MNIST, plain or compressed",
                    {.recognize = recognize, .read = read_idx, .rank = 10});

}  // namespace
}  // namespace luge::experiment
