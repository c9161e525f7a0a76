// Reads the members of ZIP archives with libzip, which is loaded when the first archive is opened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace luge::io {

struct ZipLimits {
  std::uint64_t max_bytes, max_ratio, max_members;
};

/// All that the archive states is checked when it is opened: names without paths and not twice, sizes, kinds.
class ZipArchive {
 public:
  struct Member {
    std::string name;
    std::uint64_t size = 0;
  };
  /// Throws FileError, FormatError, ValueError for what exceeds the limits, and StateError without libzip.
  ZipArchive(const std::string& path, const ZipLimits& limits);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  const std::vector<Member>& members() const { return members_; }
  /// An open member.
  class Reader {
   public:
    Reader(ZipArchive& archive, std::size_t member);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    /// Fills as much as is there. Throws FormatError when the archive is damaged.
    std::size_t read(std::span<std::byte> bytes);

   private:
    ZipArchive& archive_;
    std::size_t member_;
    void* file_;
  };

 private:
  void check(std::size_t index, const ZipLimits& limits, std::uint64_t& total);
  std::string path_;
  void* zip_ = nullptr;
  std::vector<Member> members_;
};

}  // namespace luge::io
