// A regular file opened for reading, read by position into the caller's memory: no mapping, so no SIGBUS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace luge::io {

/// Throws FileError naming path and reason: when it does not exist, is not a regular file, or cannot be read.
class InputFile {
 public:
  explicit InputFile(std::string path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  const std::string& path() const { return path_; }
  /// Bytes it had when it was opened.
  std::uint64_t size() const { return size_; }

  /// Reads the first `bytes` bytes once, so that what is then read from them needs no further calls of the
  /// system: for formats whose header is many small pieces.
  void keep_head(std::size_t bytes);
  /// Fills `bytes` from `offset` on and returns the number of bytes read, smaller only at the end of the
  /// file.
  std::size_t read_some(std::uint64_t offset, std::span<std::byte> bytes) const;
  /// The same, but throws FileError when the file ends before: it was made shorter meanwhile.
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  std::string path_;
  std::uint64_t size_ = 0;
  int file_ = -1;
  std::vector<std::byte> head_;  // the first bytes, if they are kept
};

}  // namespace luge::io
