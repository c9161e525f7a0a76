#include "board/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace luge::board {
namespace {

// One part of a path that stays in its folder.
bool is_plain(std::string_view name) {
  constexpr std::size_t kLongest = 255;
  return !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

int open_in(int folder, std::string_view name, int flags) {
  if (!is_plain(name)) return -1;
  return ::openat(folder, std::string(name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags);
}

}  // namespace

std::optional<Folder> Folder::open(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  return Folder(file);
}

Folder::Folder(Folder&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
Folder& Folder::operator=(Folder&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}
Folder::~Folder() {
  if (file_ >= 0) ::close(file_);
}

std::optional<Folder> Folder::below(std::string_view name) const {
  const int file = open_in(file_, name, O_DIRECTORY);
  if (file < 0) return std::nullopt;
  return Folder(file);
}

std::optional<Folder> Folder::at(std::string_view path) const {
  std::optional<Folder> found;
  while (true) {
    const std::size_t slash = path.find('/');
    found = (found ? *found : *this).below(path.substr(0, slash));
    if (!found || slash == std::string_view::npos) return found;
    path.remove_prefix(slash + 1);
  }
}

std::optional<std::string> Folder::read(std::string_view name, std::size_t most) const {
  const int file = open_in(file_, name, 0);
  if (file < 0) return std::nullopt;
  struct stat facts {};
  std::optional<std::string> content;
  if (::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode)) {
    const std::size_t wanted = std::min(most, static_cast<std::size_t>(facts.st_size));
    content.emplace(wanted, '\0');
    std::size_t done = 0;
    while (done < wanted) {
      const ssize_t got = ::read(file, content->data() + done, wanted - done);
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    content->resize(done);
  }
  ::close(file);
  return content;
}

std::optional<Stamp> Folder::stamp(std::string_view name) const {
  struct stat facts {};
  if (!is_plain(name) || ::fstatat(file_, std::string(name).c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(facts.st_mode))
    return std::nullopt;
  return Stamp{facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, static_cast<std::uint64_t>(facts.st_size),
               facts.st_ino};
}

bool Folder::with_file(std::string_view name,
                       const std::function<void(const std::filesystem::path&)>& use) const {
  const int file = open_in(file_, name, 0);
  struct stat facts {};
  if (file < 0) return false;
  struct Closed {
    int file;
    ~Closed() { ::close(file); }
  } const closed{file};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  use(fmt::format("/proc/self/fd/{}", file));
  return true;
}

std::vector<std::string> Folder::entries(bool folders) const {
  std::vector<std::string> names;
  const int copy = ::openat(file_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> list(::fdopendir(copy), ::closedir);
  if (!list) {
    ::close(copy);
    return names;
  }
  while (const dirent* entry = ::readdir(list.get())) {
    const std::string name = entry->d_name;
    if (name.starts_with('.')) continue;
    struct stat facts {};
    if (::fstatat(file_, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (folders ? S_ISDIR(facts.st_mode) : S_ISREG(facts.st_mode)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> Folder::folders() const { return entries(true); }
std::vector<std::string> Folder::files() const { return entries(false); }

}  // namespace luge::board
