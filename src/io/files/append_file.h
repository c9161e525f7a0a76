// A log that grows line by line, as metrics.csv does.
#pragma once

#include <filesystem>
#include <string_view>

namespace luge::io {

/// Every member throws FileError naming path and reason. A symbolic link is refused, so that a log is
/// never written elsewhere.
class AppendFile {
 public:
  /// Opens or creates the file. If the last line has no line end, because its writer died, one is
  /// added.
  explicit AppendFile(std::filesystem::path path);
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&&) = delete;
  ~AppendFile();

  const std::filesystem::path& path() const { return path_; }
  /// Adds `line` and a line end, both or neither.
  void add_line(std::string_view line);

 private:
  [[noreturn]] void fail(std::string_view action, int reason) const;

  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace luge::io
