#include "io/run/run_directory.h"
#include "io/files/last_part.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fstream>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/nearest.h"
#include "io/files/atomic_file.h"
#include "io/run/run_files.h"
#include "luge/error.h"

namespace luge::io {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, std::string_view action, int reason) {
  throw FileError(fmt::format("{}: cannot {}: {}", path.string(), action,
                              std::error_code(reason, std::generic_category()).message()));
}

// Held while runs of one base folder are counted; on a file system without locks two runs may get one number.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : file_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (file_ >= 0) ::flock(file_, LOCK_EX);
  }
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

std::optional<RunInfo> read_mark(const fs::path& run) {
  std::ifstream file(run / kRunMark);
  RunInfo info{run, 0, {}};
  std::string key, equals;
  bool found = false;
  while (file >> key >> equals) {
    if (key == "sequence") {
      found = static_cast<bool>(file >> info.sequence);
    } else if (key == "created") {
      file >> info.created;
    }
  }
  if (!found) return std::nullopt;
  return info;
}

bool holds_checkpoints(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder / kCheckpointFolder, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".safetensors") return true;
  }
  return false;
}

void write_mark(const fs::path& run, std::uint64_t sequence) {
  const std::time_t now = std::time(nullptr);
  write_file(run / kRunMark,
             fmt::format("sequence = {}\ncreated = {:%Y-%m-%dT%H:%M:%SZ}\n", sequence, fmt::gmtime(now)));
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail(path, "create the folder", error.value());
  if (!fs::is_directory(path, error)) fail(path, "create the folder", ENOTDIR);
}

// Whether the folder is new; false when there is something of that name.
bool make_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0777) == 0) return true;
  if (errno == EEXIST) return false;
  fail(path, "create the folder", errno);
}

// Largest n among the entries `<stem>-<n>` of `base`.
std::uint64_t largest_number(const fs::path& base, std::string_view stem) {
  std::uint64_t largest = 0;
  std::error_code error;
  for (fs::directory_iterator entry(base, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(fmt::format("{}-", stem))) continue;
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, wrong] = std::from_chars(name.data() + stem.size() + 1, end, number);
    if (wrong == std::errc() && stop == end) largest = std::max(largest, number);
  }
  return largest;
}

void check_is_own_folder(const fs::path& path) {
  std::error_code error;
  if (fs::is_symlink(path, error)) {
    throw FileError(
        fmt::format("{}: is a symbolic link; a run is written only inside its own folder", path.string()));
  }
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    throw FileError(fmt::format("{}: is a file; expected a folder", path.string()));
  }
}

std::string stem_part(std::string_view text, std::string_view otherwise) {
  constexpr std::size_t kLongest = 80;
  const fs::path path(text);
  const fs::path last = last_part(path);
  const std::string end = last.extension().string();  // with its dot; that of "net-1.5" is a number
  const bool is_file = end.size() > 1 && std::isalpha(static_cast<unsigned char>(end[1]));
  const std::string name = (is_file ? last.stem() : last).string();
  std::string part;
  for (const char letter : name.substr(0, kLongest)) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || letter == '_' || letter == '.' || letter == '-';
    part.push_back(plain ? letter : '-');
  }
  while (part.starts_with('.') || part.starts_with('-')) part.erase(0, 1);
  return part.empty() ? std::string(otherwise) : part;
}

}  // namespace

RunDirectory::RunDirectory(fs::path path) : path_(std::move(path)), lock_(path_ / kLockFile) {
  const fs::path checkpoints = path_ / "checkpoints";
  check_is_own_folder(checkpoints);
  make_folders(checkpoints);
  remove_stale_temporaries(path_);
  remove_stale_temporaries(checkpoints);
}

RunDirectory RunDirectory::create(const fs::path& base, std::string_view stem) {
  make_folders(base);
  const FolderLock counting(base);
  std::uint64_t number = largest_number(base, stem) + 1;
  while (!make_folder(base / fmt::format("{}-{}", stem, number))) ++number;
  return begin_run(base / fmt::format("{}-{}", stem, number), base, true);
}

RunDirectory RunDirectory::create_at(const fs::path& path, bool exist_ok) {
  const fs::path base = path.has_parent_path() ? path.parent_path() : fs::path(".");
  make_folders(base);
  const FolderLock counting(base);
  const bool is_new = make_folder(path);
  if (!is_new) {
    std::error_code error;
    if (!fs::is_directory(path, error))
      throw FileError(fmt::format("{}: is a file; expected a folder", path.string()));
    if (!exist_ok && !fs::is_empty(path, error)) {
      throw FileError(fmt::format(
          "{}: exists and is not empty; choose another dir=, or allow it with exist_ok=true", path.string()));
    }
  }
  return begin_run(path, base, is_new);
}

// The folder is there and the runs of `base` are locked; a new folder does not outlive a failure.
RunDirectory RunDirectory::begin_run(const fs::path& path, const fs::path& base, bool is_new) {
  try {
    RunDirectory run(path);
    const auto runs = list_runs(base);
    if (!read_mark(path)) write_mark(path, runs.empty() ? 1 : runs.front().sequence + 1);
    return run;
  } catch (const Error&) {
    std::error_code ignored;
    if (is_new) fs::remove_all(path, ignored);
    throw;
  }
}

RunDirectory RunDirectory::open(const fs::path& path) {
  if (!read_mark(path))
    throw FileError(fmt::format("{}: is not a run directory (it has no {})", path.string(), kRunMark));
  return RunDirectory(path);
}

std::string run_stem(std::string_view model, std::string_view data) {
  return fmt::format("{}-{}", stem_part(model, "model"), stem_part(data, "data"));
}

std::vector<RunInfo> list_runs(const fs::path& base) {
  std::vector<RunInfo> runs;
  std::error_code error;
  for (fs::directory_iterator entry(base, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (auto info = read_mark(entry->path())) runs.push_back(std::move(*info));
  }
  std::sort(runs.begin(), runs.end(), [](const RunInfo& a, const RunInfo& b) {
    return std::tie(b.sequence, b.created, b.path) < std::tie(a.sequence, a.created, a.path);
  });
  return runs;
}

fs::path find_run(std::string_view name, const fs::path& base) {
  const auto runs = list_runs(base);
  if (name == "last") {
    if (!runs.empty()) return runs.front().path;
    throw FileError(fmt::format("{}: there is no run yet; luge train makes one", base.string()));
  }
  for (const fs::path& path : {fs::path(name), base / name}) {
    if (read_mark(path) || holds_checkpoints(path)) return path.has_filename() ? path : path.parent_path();
  }
  std::error_code error;
  if (fs::exists(name, error))
    throw FileError(fmt::format("{}: is not a run directory (it has neither {} nor {})", name, kRunMark,
                                kCheckpointFolder));
  std::vector<std::string> names;
  for (const RunInfo& run : runs) names.push_back(run.path.filename().string());
  throw FileError(fmt::format("{}: there is no such run, neither here nor in {}{}", name, base.string(),
                              suggestion(name, names)));
}

}  // namespace luge::io
