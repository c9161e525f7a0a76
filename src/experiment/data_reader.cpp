#include "experiment/data_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/registry.h"
#include "experiment/key_names.h"
#include "experiment/key_needs.h"
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

// Each reader with what it misses here, or else with what it reads.
[[noreturn]] void refuse(const fs::path& path, const std::map<std::string, std::string>& missing) {
  std::vector<std::string> all;
  for (const std::string& name : data_reader_names()) {
    const auto found = missing.find(name);
    all.push_back(fmt::format("{}: {}", name,
                              found != missing.end() ? found->second : known().member(name).description));
  }
  std::error_code error;
  const bool empty = fs::is_directory(path, error) && fs::is_empty(path, error);
  throw SettingError(fmt::format(
      "{}: {}; none of the readers knows it ({}); `luge list readers` shows them, and data.reader= chooses "
      "one",
      path.string(), empty ? "is an empty folder" : "is not data that Luge reads", fmt::join(all, "; ")));
}

bool has(const std::vector<Key>& keys, const std::string& name) {
  return std::ranges::any_of(keys, [&](const Key& key) { return key.name == name; });
}

std::vector<std::string> readers_of(const std::string& key) {
  std::vector<std::string> names = data_reader_names();
  std::erase_if(names, [&](const std::string& name) { return !has(reader_of(name).keys, key); });
  return names;
}

// Keys of readers that are not among `own`. Another data= on the command line does not ask for a file without
// them.
void check_others(const Config& config, const std::string& name, const std::string& why,
                  const std::vector<Key>& own) {
  for (const Key& each : reader_keys()) {
    const Key* key = find_key(config.keys(), each.name);
    if (!key || has(own, each.name) || !is_asked(config, *key)) continue;
    if (config.knows("data.name") && is_left_aside(config, each.name, "data.name")) continue;
    const std::vector<std::string> readers = readers_of(each.name);
    throw SettingError(fmt::format("{}: does nothing for {}{}; it is for data that {} read{}",
                                   config.said(each.name), name, why, fmt::join(readers, ", "),
                                   readers.size() == 1 ? "s" : ""));
  }
}

// The name of the format that reads the path.
std::string recognized(const fs::path& path) {
  std::vector<std::string> best;
  std::map<std::string, std::string> missing;
  int rank = 0;
  for (const std::string& name : data_reader_names()) {
    const DataReader reader = reader_of(name);
    const Recognition found = reader.recognize(path);
    if (found.kind == Recognition::Kind::almost) missing[name] = found.reason;
    if (found.kind != Recognition::Kind::yes || (!best.empty() && reader.rank < rank)) continue;
    if (best.empty() || reader.rank > rank) best.clear();
    best.push_back(name);
    rank = reader.rank;
  }
  if (best.empty()) refuse(path, missing);
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

std::vector<Key> reader_keys() {
  std::vector<Key> all;
  for (const std::string& name : data_reader_names()) {
    for (Key& key : reader_of(name).keys) {
      if (!has(all, key.name)) all.push_back(std::move(key));
    }
  }
  return all;
}

void check_unread(const Config& config, const std::string& name) {
  const Key* reader = find_key(config.keys(), "data.reader");
  if (reader && is_asked(config, *reader) && !is_left_aside(config, reader->name, "data.name"))
    throw SettingError(
        fmt::format("{}: does nothing for {}, which no reader reads; it is for other files and folders",
                    config.said(reader->name), name));
  check_others(config, name, "", {});
}

std::vector<std::string> ReaderOptions::choices() {
  std::vector<std::string> names = data_reader_names();
  names.insert(names.begin(), kAuto);
  return names;
}

DataSet read_data_path(const DataPath& path) {
  const auto asked = read<ReaderOptions>(path.config);
  const std::string name = asked.reader == kAuto ? recognized(path.path) : asked.reader;
  const DataReader reader = reader_of(name);
  check_others(path.config, path.name(), fmt::format(", which the reader {} reads", name), reader.keys);
  return reader.read(path);
}

}  // namespace luge::experiment
