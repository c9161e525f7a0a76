// The folder of one training run: found, created without overwriting another one, and locked while it is
// written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "io/run/run_lock.h"

namespace luge::io {

/// Everything throws FileError naming path and reason.
class RunDirectory {
 public:
  /// Creates `<base>/<stem>-<n>`, where n is one more than the largest.
  static RunDirectory create(const std::filesystem::path& base, std::string_view stem);
  /// Creates just `path`. A folder that is there already must be empty, unless `exist_ok`; its files are
  /// kept.
  static RunDirectory create_at(const std::filesystem::path& path, bool exist_ok = false);
  /// Opens an existing run to continue it.
  static RunDirectory open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  /// `<run>/<name>`.
  std::filesystem::path file(std::string_view name) const { return path_ / name; }
  /// `<run>/checkpoints/<name>`.
  std::filesystem::path checkpoint(std::string_view name) const { return path_ / "checkpoints" / name; }

 private:
  explicit RunDirectory(std::filesystem::path path);
  static RunDirectory begin_run(const std::filesystem::path& path, const std::filesystem::path& base,
                                bool is_new);

  std::filesystem::path path_;
  RunLock lock_;
};

struct RunInfo {
  std::filesystem::path path;
  std::uint64_t sequence = 0;  // counts the runs of a base folder in the order of their creation
  std::string created;         // by the clock, for people
};

/// "<model>-<data>" as the stem of a run's name: of a path the last part, of a model, table or configuration
/// file without its extension, only letters, digits and . _ - , of bounded length.
std::string run_stem(std::string_view model, std::string_view data);

/// The runs below `base`, newest first; the order is that of creation and does not depend on the clock. None
/// when there is no such folder.
std::vector<RunInfo> list_runs(const std::filesystem::path& base);

/// The run that `name` means: "last" the newest below `base`, else a path, else a name below `base`. A folder
/// with checkpoints is one too, whatever program wrote them. The error lists the nearest names.
std::filesystem::path find_run(std::string_view name, const std::filesystem::path& base);

}  // namespace luge::io
