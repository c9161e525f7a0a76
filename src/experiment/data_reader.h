// Readers of data in files: each says whether a file or folder is its own, and reads it. data=PATH asks all
// of them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "experiment/data_sets.h"

namespace luge::experiment {

/// What a reader says about a path.
struct Recognition {
  enum class Kind : std::uint8_t { no, almost, yes } kind = Kind::no;
  std::string reason;  // of almost: what is missing, such as "has images but no labels"

  static Recognition no() { return {}; }
  static Recognition yes() { return {Kind::yes, ""}; }
  static Recognition almost(std::string reason) { return {Kind::almost, std::move(reason)}; }
};

/// What is read, and what the configuration and a trained network say about it. A reader reads its own keys
/// with read<Options>(config), which gives the defaults where a command does not have them.
struct DataPath {
  std::filesystem::path path;
  const Config& config;
  TargetKind kind = TargetKind::automatic;
  const TableLayout& layout;

  /// The name of the data set: that of the folder, or of the file without its ending.
  std::string name() const;
};

/// A reader. It is registered with its name and one line that says what it holds:
///
///   const bool added = add_data_reader("cifar", "CIFAR-10 and CIFAR-100 as binary files",
///                                      {.recognize = is_cifar, .read = read_cifar});
struct DataReader {
  std::function<Recognition(const std::filesystem::path&)> recognize = {};
  std::function<DataSet(const DataPath&)> read = {};
  /// Of several readers that recognize a path, the one with the highest rank reads it: annotations before
  /// mere pictures.
  int rank = 0;
  std::vector<Key> keys = {};  // what it reads of the configuration, besides what pictures become
};

bool add_data_reader(const std::string& name, const std::string& description, DataReader reader);
std::vector<std::string> data_reader_names();
/// The keys of all readers, each once.
std::vector<Key> reader_keys();

/// How data=PATH is read, where the files do not say it.
struct ReaderOptions {
  static constexpr const char* table = "data";
  std::string reader = "auto";
  static void fields(auto& self, auto&& field) {
    field("reader", self.reader, "what reads the files (luge list readers); auto: found out",
          options::one_of(&ReaderOptions::choices), options::elsewhere({"loader", "data_format"}));
  }
  static std::vector<std::string> choices();
};

/// Throws SettingError for the first key of readers that is asked for, although nothing reads it: a
/// registered data set or a text, which have no reader, are called `name`.
void check_unread(const Config& config, const std::string& name);

/// Reads a file or folder that exists. Throws as check_unread does for keys of other readers, and
/// SettingError that says what each reader misses when none recognizes it, or when several of one rank do.
DataSet read_data_path(const DataPath& path);

}  // namespace luge::experiment
