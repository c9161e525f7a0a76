// pairs: texts and their translations, a pair in each line of one file, or in the same lines of two.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/number.h"
#include "core/utf8.h"
#include "experiment/data_reader.h"
#include "experiment/option_keys.h"
#include "luge/data/pairs.h"
#include "luge/error.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

/// How pairs of texts are read.
struct PairKeys {
  static constexpr const char* table = "data";
  bool reverse = false;
  double test_share = 0.05;
  static void fields(auto& self, auto&& field) {
    field("reverse", self.reverse, "pairs of texts: the second text of a pair is the one that is read");
    field("test_share", self.test_share,
          "pairs of texts: the share of the different texts that is kept for luge eval", options::at_least(0).below(1));
  }
};

bool has_ending(const fs::path& file, std::initializer_list<const char*> endings) {
  return std::ranges::any_of(endings, [&](const char* each) { return file.extension() == each; });
}

// The first lines, of which the last may be cut.
std::vector<std::string> beginning_of(const fs::path& path) {
  constexpr std::size_t kBytes = 8192, kLines = 20;
  std::ifstream file(path, std::ios::binary);
  std::string text(kBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(kBytes));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const bool whole = text.size() < kBytes;
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size() && lines.size() < kLines;) {
    const std::size_t to = text.find('\n', from);
    if (to == text.npos && !whole) break;
    lines.push_back(text.substr(from, to == text.npos ? to : to - from));
    from = to == text.npos ? text.size() : to + 1;
  }
  return lines;
}

// Two texts that are no numbers, in most lines with a space or characters beyond ASCII.
bool looks_like_cells(const std::vector<std::string>& lines) {
  std::size_t pairs = 0, sentences = 0;
  for (const std::string& line : lines) {
    const std::size_t first = line.find('\t');
    if (first == line.npos) continue;
    const std::size_t second = std::min(line.find('\t', first + 1), line.size());
    const std::string left = line.substr(0, first), right = line.substr(first + 1, second - first - 1);
    if (left.empty() || right.empty() || parse_number(left) || parse_number(right)) return false;
    ++pairs;
    sentences += std::ranges::any_of(left + right, [](char c) { return c == ' ' || (c & 0x80) != 0; });
  }
  return pairs > 0 && 4 * pairs >= 3 * lines.size() && 2 * sentences >= pairs;
}

bool looks_like_objects(const std::vector<std::string>& lines) {
  if (lines.empty()) return false;
  const auto json = nlohmann::json::parse(lines.front(), nullptr, false);
  return json.is_object() && (json.contains("translation") || (json.contains("source") && json.contains("target")));
}

bool is_pair_file(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return false;
  if (has_ending(file, {".jsonl"})) return looks_like_objects(beginning_of(file));
  return has_ending(file, {".txt", ".tsv", ".tab"}) && looks_like_cells(beginning_of(file));
}

// The files of a folder but for those about it, whose names begin with a dot, "_" or "README".
std::vector<fs::path> data_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(".") || name.starts_with("_") || name.starts_with("README")) continue;
    files.push_back(at->path());
    if (files.size() > 2) return {};  // other data
  }
  std::sort(files.begin(), files.end());
  return files;
}

// "train.en" and "train.zh".
bool are_parallel(const std::vector<fs::path>& files) {
  std::error_code error;
  return files.size() == 2 && files[0].stem() == files[1].stem() && fs::is_regular_file(files[0], error) &&
         fs::is_regular_file(files[1], error) && !is_pair_file(files[0]) &&
         std::ranges::all_of(files, [](const fs::path& each) {
           const std::string ending = each.extension().string();  // of a language; those of classes are usual
           return (ending.size() == 3 || ending.size() == 4) && !has_ending(each, {".pos", ".neg"});
         });
}

Recognition recognize_pairs(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return is_pair_file(path) ? Recognition::yes() : Recognition::no();
  const std::vector<fs::path> files = data_files(path);
  if (files.size() == 1 && is_pair_file(files[0])) return Recognition::yes();
  if (!are_parallel(files)) return Recognition::no();
  for (const fs::path& each : files) {
    for (const std::string& line : beginning_of(each)) {
      if (line.find('\0') != line.npos || first_invalid_utf8(line) != line.npos) return Recognition::no();
    }
  }
  return Recognition::yes();
}

DataSet read_pairs(const DataPath& data) {
  const auto keys = read<PairKeys>(data.config);
  std::vector<std::string> notes;
  const data::PairOptions options{.reverse = keys.reverse,
                                  .tell = [&notes](const std::string& note) { notes.push_back(note); }};
  std::error_code error;
  std::vector<fs::path> files = {data.path};
  if (fs::is_directory(data.path, error)) files = data_files(data.path);
  if (files.empty() || files.size() > 2) {
    throw FormatError(fmt::format("{}: expected one file of pairs, or two files whose lines belong together",
                                  data.path.string()));
  }
  const data::Dataset all = files.size() == 2 ? data::parallel_texts(files[0], files[1], options)
                                              : data::text_pairs(files[0], options);
  // The same texts are kept for the test whatever the seed of a training is.
  auto [train, test] = data::split_by_text(all, 1 - keys.test_share);
  if (test.size() == 0) return {.name = data.name(), .train = train, .notes = std::move(notes)};
  return {.name = data.name(),
          .train = train,
          .test = data::different_texts(test),
          .notes = std::move(notes)};
}

const bool added_pairs = add_data_reader(
    "pairs", "texts and their translations: TSV, JSONL, or two files such as train.en and train.zh",
    {.recognize = recognize_pairs, .read = read_pairs, .rank = 5, .keys = keys_of<PairKeys>()});

}  // namespace
}  // namespace luge::experiment
