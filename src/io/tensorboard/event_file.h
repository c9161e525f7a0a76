// The file of an EventWriter: its name, and appending to it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace luge::io {

class EventFile {
 public:
  /// Makes the folder and a new file in it, whose name comes after those that are there.
  EventFile(const std::filesystem::path& folder, double now);
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;
  ~EventFile();

  const std::filesystem::path& path() const { return path_; }
  /// Appends all of it, or throws FileError. What was written of it is cut off again where that is possible.
  void append(std::string_view bytes);

 private:
  [[noreturn]] void fail(std::string_view action, int reason) const;

  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace luge::io
