// A file that is written now and becomes durable, under its name, later.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

namespace luge::io {

/// What is written often and must be on disk only now and then: writing costs no fsync, commit() does. Until
/// then the content lies in a temporary file, which is never read and is removed when its writer is dead.
/// write and commit throw FileError naming the path and the reason; what the path held before stays then.
class PendingFile {
 public:
  explicit PendingFile(std::filesystem::path path) : path_(std::move(path)) {}
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile() { discard(); }

  /// Calls `save` with the path to write to. What was waiting before stays until that has succeeded.
  void write(const std::function<void(const std::string& path)>& save);
  /// Makes the newest content durable and gives it its name. Does nothing when nothing is waiting.
  void commit();
  /// Whether there is content that commit() has not put in place.
  bool waiting() const { return !temporary_.empty(); }
  /// Drops what is waiting.
  void discard() noexcept;

 private:
  std::filesystem::path path_, temporary_;
};

}  // namespace luge::io
