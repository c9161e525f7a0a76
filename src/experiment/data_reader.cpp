#include "experiment/data_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/registry.h"
#include "experiment/option_keys.h"
#include "io/files/last_part.h"
#include "luge/error.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAuto = "auto";

Registry<DataReader>& known() {
  static auto& registry = *new Registry<DataReader>({.one = "reader", .many = "readers"});
  return registry;
}

DataReader reader_of(const std::string& name) { return known().make(name, {}); }

[[noreturn]] void refuse(const fs::path& path, const std::vector<std::string>& almost) {
  const std::string said = almost.empty() ? "" : fmt::format(" ({})", fmt::join(almost, "; "));
  throw SettingError(
      fmt::format("{}: is not data that Luge reads{}; `luge list readers` shows them, and "
                  "data.reader= chooses one",
                  path.string(), said));
}

// The name of the format that reads the path.
std::string recognized(const fs::path& path) {
  std::vector<std::string> best, almost;
  int rank = 0;
  for (const std::string& name : data_reader_names()) {
    const DataReader reader = reader_of(name);
    const Recognition found = reader.recognize(path);
    if (found.kind == Recognition::Kind::almost) almost.push_back(fmt::format("{}: {}", name, found.reason));
    if (found.kind != Recognition::Kind::yes || (!best.empty() && reader.rank < rank)) continue;
    if (best.empty() || reader.rank > rank) best.clear();
    best.push_back(name);
    rank = reader.rank;
  }
  if (best.empty()) refuse(path, almost);
  if (best.size() > 1)
    throw SettingError(
        fmt::format("{}: could be {}; data.reader= says which", path.string(), fmt::join(best, " or ")));
  return best.front();
}

}  // namespace

std::string DataPath::name() const {
  const fs::path last = io::last_part(path);
  std::error_code error;
  return fs::is_directory(path, error) ? last.string() : last.stem().string();
}

bool add_data_reader(const std::string& name, const std::string& description, DataReader reader) {
  return known().add(name, description, [reader = std::move(reader)] { return reader; });
}

std::vector<std::string> data_reader_names() { return known().names(); }

std::vector<std::string> ReaderOptions::choices() {
  std::vector<std::string> names = data_reader_names();
  names.insert(names.begin(), kAuto);
  return names;
}

DataSet read_data_path(const DataPath& path) {
  const auto asked = read<ReaderOptions>(path.config);
  if (asked.reader != kAuto) return reader_of(asked.reader).read(path);
  return reader_of(recognized(path.path)).read(path);
}

}  // namespace luge::experiment
