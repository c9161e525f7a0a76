// A file that appears completely or not at all: temporary file, fsync, rename, fsync of the folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace luge::io {

/// Writes next to `path` and replaces it at commit(). Until then, and after any failure, `path` is what it
/// was before and the temporary file is gone. A symbolic link at `path` is replaced, not followed; a folder
/// or a device is refused. Every member throws FileError naming path and reason.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);

  /// Makes the new content durable and visible. If only the last step fails (fsync of the folder), the new
  /// content is visible but may not survive a power loss; the error says so.
  void commit();

 private:
  void open_temporary();
  void discard() noexcept;
  [[noreturn]] void fail(std::string_view action, int reason);

  std::filesystem::path path_;
  std::string temporary_;
  int file_ = -1;
};

/// While it lives, commit() on this thread leaves it to the kernel when content reaches the disk, and errors
/// name `meant_for`: for a file that PendingFile makes durable later, under that name.
class WithoutSync {
 public:
  explicit WithoutSync(const std::filesystem::path& meant_for);
  ~WithoutSync();
  WithoutSync(const WithoutSync&) = delete;
  WithoutSync& operator=(const WithoutSync&) = delete;

 private:
  const std::filesystem::path* before_;
};

/// AtomicFile for content that is in memory as a whole.
void write_file(const std::filesystem::path& path, std::string_view content);

/// The path of a file in `folder` under a name of its own. remove_stale_temporaries removes it when this
/// process is dead.
std::filesystem::path temporary_path(const std::filesystem::path& folder);

/// Removes the files that dead writers have left in `folder` and returns their number. Never throws
/// for a folder that cannot be read: there is nothing to clean then.
int remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace luge::io
