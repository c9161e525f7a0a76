#include "experiment/bad_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "experiment/picture_keys.h"

namespace luge::experiment {
namespace {

// The first of them, by their paths in the folder.
std::string note_about(const DataPath& data, const std::vector<UnreadFile>& files) {
  constexpr std::size_t kShown = 3;
  const std::string folder = (data.path / "").string();
  std::string note = fmt::format("skipped files that cannot be read ({}): ", files.size());
  for (std::size_t k = 0; k < std::min(kShown, files.size()); ++k) {
    const std::string& reason = files[k].reason;
    note += k > 0 ? ", " : "";
    note += reason.starts_with(folder) ? reason.substr(folder.size()) : reason;
  }
  return note + (files.size() > kShown ? ", …" : "");
}

}  // namespace

DataSet with_bad_files(const DataPath& data, const std::function<DataSet(const data::BadFile&)>& load) {
  if (read<BadFileKeys>(data.config).on_bad == data::OnBadFile::stop) return load({});
  // Datasets may keep the function.
  const auto files = std::make_shared<std::vector<UnreadFile>>();
  try {
    DataSet set = load([files](const std::string& path, const std::string& reason) {
      files->push_back({path, reason});
    });
    set.bad = *files;
    if (!files->empty()) set.notes.push_back(note_about(data, *files));
    return set;
  } catch (const Error& error) {
    if (files->empty()) throw;
    throw UnreadableData(error.what(), *files);
  }
}

}  // namespace luge::experiment
