// cifar: the binary files of CIFAR-10 and CIFAR-100.
#include "luge/data/cifar.h"

#include "experiment/data_reader.h"
#include "experiment/readers/cifar_keys.h"

namespace luge::experiment {
namespace {

namespace fs = std::filesystem;

Recognition recognize(const fs::path& path) {
  const std::string missing = data::why_not_cifar(path);
  return missing.empty() ? Recognition::yes() : Recognition::almost(missing);
}

DataSet read_cifar(const DataPath& data) {
  const data::CifarOptions options{.labels = read<CifarKeys>(data.config).labels};
  std::error_code error;
  if (!fs::is_directory(data.path, error)) return {data.name(), data::cifar_file(data.path, options)};
  data::TrainTest parts = data::cifar(data.path, options);
  return {data.name(), std::move(parts.train), std::move(parts.test)};
}

const bool added_cifar =
    add_data_reader("cifar", "CIFAR-10 and CIFAR-100 as binary files",
                    {.recognize = recognize, .read = read_cifar, .rank = 10, .keys = keys_of<CifarKeys>()});

}  // namespace
}  // namespace luge::experiment
