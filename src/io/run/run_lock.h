// Lets one process at a time write into a run directory.
#pragma once

#include <filesystem>

namespace luge::io {

/// Holds the lock until destroyed. Processes that see the kernel's lock use it; for the others (as on some
/// network file systems) the pid and host in the file decide. A lock whose owner is dead is taken
/// over. Throws FileError naming pid and host of the owner when there is one.
class RunLock {
 public:
  explicit RunLock(std::filesystem::path file);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace luge::io
