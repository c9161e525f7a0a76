// class-files: a folder of text files, one for each class: reviews.pos and reviews.neg, or pos.txt and
// neg.txt.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "experiment/data_reader.h"
#include "luge/data/text_lines.h"
#include "luge/error.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostFiles = 1000;  // of a folder before it is taken for something else

// Notes that lie next to data.
bool is_about_data(const std::string& stem) {
  constexpr std::array<std::string_view, 6> names = {"README", "SOURCE", "LICENSE",
                                                     "readme", "source", "license"};
  return std::ranges::find(names, stem) != names.end();
}

// Endings that say a format and no class.
bool says_format(const std::string& ending) {
  static const std::set<std::string> formats = {
      "",      ".csv", ".tsv", ".json", ".jsonl", ".toml", ".xml",   ".yaml", ".md",   ".png", ".jpg",
      ".jpeg", ".bmp", ".wav", ".ogg",  ".flac",  ".npy",  ".npz",   ".bin",  ".gz",   ".zip", ".tar",
      ".py",   ".txt", ".log", ".idx",  ".pdf",   ".html", ".names", ".data", ".conll"};
  return formats.contains(ending);
}

// The files with their classes; none where it is another folder.
std::vector<data::ClassFile> class_files_of(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return {};
  std::vector<data::ClassFile> by_stem, by_ending;
  std::set<std::string> stems;
  std::size_t others = 0, looked = 0;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    const std::string stem = path.stem().string(), ending = path.extension().string();
    if (++looked > kMostFiles) return {};
    if (stem.starts_with('.') || is_about_data(stem)) continue;
    if (!at->is_regular_file(error)) {
      ++others;
    } else if (ending == ".txt") {
      by_stem.push_back({path, stem});
    } else if (says_format(ending)) {
      ++others;
    } else {
      by_ending.push_back({path, ending.substr(1)});
      stems.insert(stem);
    }
  }
  std::vector<data::ClassFile>& found = by_ending.empty() ? by_stem : by_ending;
  if (found.size() < 2 || others > 0 || stems.size() > 1) return {};
  std::ranges::sort(found, {}, &data::ClassFile::name);
  return found;
}

Recognition recognize_class_files(const fs::path& path) {
  return class_files_of(path).empty() ? Recognition::no() : Recognition::yes();
}

DataSet read_class_files(const DataPath& data) {
  const std::vector<data::ClassFile> files = class_files_of(data.path);
  if (files.empty())
    throw FormatError(
        data.path.string() +
        ": has no text file for each class; expected two or more, as reviews.pos and reviews.neg, or pos.txt "
        "and neg.txt");
  return {data.name(), data::text_lines(files, {.name = data.name(), .classes = data.layout.classes})};
}

const bool added_class_files =
    add_data_reader("class-files", "a text file for each class, one text in each line: NAME.pos and NAME.neg",
                    {.recognize = recognize_class_files, .read = read_class_files, .rank = 1});

}  // namespace
}  // namespace luge::experiment
