// Uncompresses a gzip file from beginning to end, in the memory of the caller and no more.
#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "io/files/input_file.h"

namespace luge::io {

class GzipReader {
 public:
  /// `file` must outlive the reader.
  explicit GzipReader(const InputFile& file);
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader();

  /// Fills `bytes` and returns the number of bytes read, which is smaller only at the end of the content. A
  /// file that was cut short ends where its last whole bytes end; finished() is false then. Throws
  /// FormatError when the file is damaged.
  std::size_t read_some(std::span<std::byte> bytes);
  /// True when the end of the content has been reached and its checksum was right.
  bool finished() const { return finished_; }

 private:
  bool fill();
  void end_member();

  const InputFile& file_;
  std::uint64_t offset_ = 0;
  std::array<std::byte, 65536> input_;
  z_stream stream_{};
  bool finished_ = false;
};

}  // namespace luge::io
