#include "experiment/input_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "luge/error.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

class Walk {
 public:
  explicit Walk(const std::function<void(const std::string&)>& left_out) : left_out_(left_out) {}

  void into(const fs::path& folder) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error) throw FileError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
    if (!open_.insert(real).second)
      return left_out_(fmt::format("{}: is a symbolic link to a folder that it lies in", folder.string()));
    for (const std::string& name : names_in(folder)) {
      const fs::path path = folder / name;
      if (name.front() == '.') {
        left_out_(fmt::format("{}: its name begins with a dot", path.string()));
      } else if (fs::is_directory(path, error)) {
        into(path);
      } else {
        files.push_back(path);
      }
    }
    open_.erase(real);
  }

  std::vector<fs::path> files;

 private:
  static std::vector<std::string> names_in(const fs::path& folder) {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
      names.push_back(entry->path().filename().string());
    if (error) throw FileError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
    std::sort(names.begin(), names.end());
    return names;
  }

  const std::function<void(const std::string&)>& left_out_;
  std::set<fs::path> open_;  // folders that the present one lies in
};

}  // namespace

std::vector<fs::path> files_below(const fs::path& folder,
                                  const std::function<void(const std::string&)>& left_out) {
  Walk walk(left_out);
  walk.into(folder);
  return std::move(walk.files);
}

}  // namespace luge::experiment
