#include "support/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/paths.h"

namespace luge::testing {
namespace fs = std::filesystem;
namespace {

SourceFile read(const fs::path& path) {
  SourceFile file{fs::relative(path, source_dir()).generic_string(), {}};
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  return file;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool skipped(const std::string& name) {
  return name.starts_with("build") || name.starts_with(".") || name == "runs" || name == "samples";
}

}  // namespace

std::vector<SourceFile> source_files(const std::vector<std::string>& roots) {
  std::vector<SourceFile> files;
  for (const std::string& root : roots) {
    const fs::path start = source_dir() / root;
    if (fs::is_regular_file(start)) files.push_back(read(start));
    if (!fs::is_directory(start)) continue;
    for (auto entry = fs::recursive_directory_iterator(start); entry != fs::end(entry); ++entry) {
      if (entry->is_directory() && skipped(entry->path().filename().string())) {
        entry.disable_recursion_pending();
      } else if (entry->is_regular_file()) {
        files.push_back(read(entry->path()));
      }
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string line = trimmed(file.lines[i]);
    if (!line.starts_with('#') || !trimmed(line.substr(1)).starts_with("include")) continue;
    const auto open = line.find_first_of("<\"");
    const auto close = line.find_first_of(">\"", open + 1);
    if (close == std::string::npos) continue;
    found.push_back({i + 1, line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return found;
}

std::vector<std::vector<std::string>> markdown_table(const SourceFile& file, const std::string& heading) {
  std::vector<std::vector<std::string>> rows;
  auto line = std::ranges::find(file.lines, heading);
  while (line != file.lines.end() && !line->starts_with("|")) ++line;
  for (int row = 0; line != file.lines.end() && line->starts_with("|"); ++line, ++row) {
    if (row < 2) continue;
    std::vector<std::string> cells;
    std::string cell;
    for (std::size_t i = 1; i < line->size(); ++i) {
      if ((*line)[i] == '\\' && i + 1 < line->size() && (*line)[i + 1] == '|') {
        cell += (*line)[++i];
      } else if ((*line)[i] == '|') {
        cells.push_back(trimmed(cell));
        cell.clear();
      } else {
        cell += (*line)[i];
      }
    }
    rows.push_back(cells);
  }
  return rows;
}

}  // namespace luge::testing
