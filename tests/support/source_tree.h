// The project's own files, for tests that read them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace luge::testing {

struct SourceFile {
  std::string path;                // relative to the root, as "src/core/shape.cpp"
  std::vector<std::string> lines;  // without line ends
};

/// Every file below the folders or files named (relative to the root), in order of path. Build trees, run
/// folders and hidden files are left out.
std::vector<SourceFile> source_files(const std::vector<std::string>& roots);

struct Include {
  std::size_t line = 0;  // counted from 1
  std::string target;    // what stands between the quotes or brackets
  bool quoted = false;
};
/// The #include lines of a file.
std::vector<Include> includes_of(const SourceFile& file);

/// The cells of the rows of the Markdown table that follows the line `heading`, each trimmed; the title row
/// and the dashes are left out.
std::vector<std::vector<std::string>> markdown_table(const SourceFile& file, const std::string& heading);

}  // namespace luge::testing
