#include "core/processor_quota.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>

namespace luge {
namespace {

namespace fs = std::filesystem;

constexpr double unlimited = std::numeric_limits<double>::infinity();

double share(double quota, double period) { return quota > 0 && period > 0 ? quota / period : unlimited; }

// Version 2: "50000 100000" or "max 100000" in one file.
double quota_2(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0;
  double period = 0;
  return file >> quota >> period ? share(quota, period) : unlimited;
}

// Version 1: two files; -1 is no limit.
double quota_1(const fs::path& group) {
  std::ifstream first(group / "cpu.cfs_quota_us");
  std::ifstream second(group / "cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  return first >> quota && second >> period ? share(quota, period) : unlimited;
}

// The tightest limit of `group`, a path such as "/a/b", and of the groups around it. Inside a container the
// folder of its group may be the mount itself, and the path one of the outside: then only the mount has a
// file.
template <typename Quota>
double tightest(const fs::path& mount, const fs::path& group, Quota quota) {
  double limit = quota(mount);
  fs::path folder = mount;
  for (const fs::path& part : group.relative_path()) {
    if (part == "..") break;
    folder /= part;
    limit = std::min(limit, quota(folder));
  }
  return limit;
}

bool has_word(const std::string& list, std::string_view word) {
  std::istringstream words(list);
  for (std::string each; std::getline(words, each, ',');) {
    if (each == word) return true;
  }
  return false;
}

}  // namespace

double processor_quota(const fs::path& groups, const fs::path& mounts) {
  double limit = unlimited;
  std::ifstream file(groups);
  // Each line is "number:controllers:path"; version 2 has no controllers.
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      limit =
          std::min({limit, tightest(mounts, group, quota_2), tightest(mounts / "unified", group, quota_2)});
    } else if (has_word(controllers, "cpu")) {
      limit = std::min(
          {limit, tightest(mounts / "cpu", group, quota_1), tightest(mounts / controllers, group, quota_1)});
    }
  }
  return limit;
}

}  // namespace luge
