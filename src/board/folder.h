// A folder whose files are read by name. Nothing outside of it is ever opened: a name is one part of a path,
// and links are not followed below it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace luge::board {

/// What tells an old version of a file from a new one.
struct Stamp {
  std::int64_t seconds = 0, nanoseconds = 0;
  std::uint64_t size = 0, file = 0;
  bool operator==(const Stamp&) const = default;
};

class Folder {
 public:
  /// None when there is no such folder. A link in `path` itself is followed: the user named it.
  static std::optional<Folder> open(const std::filesystem::path& path);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&& other) noexcept;
  ~Folder();

  /// The folder `name` in this one; none when there is none, or when it is a link.
  std::optional<Folder> below(std::string_view name) const;
  /// The same for names with '/' between them.
  std::optional<Folder> at(std::string_view path) const;
  /// The content of a regular file, at most `most` bytes of it; none when it cannot be read.
  std::optional<std::string> read(std::string_view name, std::size_t most = 64u << 20) const;
  std::optional<Stamp> stamp(std::string_view name) const;
  /// Calls `use` with a path that means just the regular file `name`, for as long as the call takes; whatever
  /// becomes of the name meanwhile. False when it cannot be opened.
  bool with_file(std::string_view name, const std::function<void(const std::filesystem::path&)>& use) const;
  /// The names of the folders in it, those that begin with a point left out, in alphabetical order.
  std::vector<std::string> folders() const;
  /// The names of the regular files in it, in alphabetical order.
  std::vector<std::string> files() const;

 private:
  explicit Folder(int file) : file_(file) {}
  std::vector<std::string> entries(bool folders) const;
  int file_ = -1;
};

}  // namespace luge::board
