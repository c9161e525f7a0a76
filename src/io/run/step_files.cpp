#include "io/run/step_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>

#include "io/files/system_calls.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr std::string_view kExtension = ".safetensors";

}  // namespace

std::filesystem::path step_file(const std::filesystem::path& folder, std::string_view prefix,
                                std::uint64_t step) {
  return folder / fmt::format("{}-{}{}", prefix, step, kExtension);
}

std::vector<StepFile> list_step_files(const std::filesystem::path& folder, std::string_view prefix) {
  std::vector<StepFile> files;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(kExtension)) continue;
    std::uint64_t step = 0;
    const char* const end = name.data() + name.size() - kExtension.size();
    const char* const digits = name.data() + std::min(prefix.size() + 1, name.size() - kExtension.size());
    const auto [stop, wrong] = std::from_chars(digits, end, step);
    if (wrong != std::errc() || stop != end || step_file(folder, prefix, step).filename() != name) continue;
    files.push_back({step, entry->path()});
  }
  std::sort(files.begin(), files.end(), [](const StepFile& a, const StepFile& b) { return a.step < b.step; });
  return files;
}

int prune_step_files(const std::filesystem::path& folder, std::string_view prefix, std::size_t keep,
                     std::uint64_t newest) {
  auto files = list_step_files(folder, prefix);
  std::stable_partition(files.begin(), files.end(),
                        [newest](const StepFile& file) { return file.step > newest; });
  int removed = 0;
  for (std::size_t i = 0; i + keep < files.size(); ++i) {
    if (system_calls().unlink(files[i].path.c_str()) != 0 && errno != ENOENT) {
      throw FileError(fmt::format("{}: cannot delete: {}", files[i].path.string(),
                                  std::error_code(errno, std::generic_category()).message()));
    }
    ++removed;
  }
  return removed;
}

}  // namespace luge::io
