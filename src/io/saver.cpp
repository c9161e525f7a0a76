// Saver: a session's Variables as PREFIX-STEP.safetensors.
#include <fmt/format.h>

#include <charconv>
#include <set>
#include <system_error>

#include "luge/graph.h"
#include "luge/io/safetensors.h"

namespace luge::graph {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".safetensors";

/// Files of a prefix by step.
std::map<std::int64_t, fs::path> saved_steps(const std::string& prefix) {
  const fs::path base(prefix);
  const fs::path folder = base.has_parent_path() ? base.parent_path() : fs::path(".");
  const std::string start = base.filename().string() + "-";
  std::map<std::int64_t, fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start) || !name.ends_with(extension)) continue;
    const char* first = name.data() + start.size();
    const char* last = name.data() + name.size() - extension.size();
    std::int64_t step = 0;
    const auto [end, failure] = std::from_chars(first, last, step);
    if (failure == std::errc() && end == last)
      found[step] = base.has_parent_path() ? entry.path() : entry.path().filename();
  }
  return found;
}

Tensor load(const io::SafetensorsFile& file, const Variable& variable) {
  const std::vector<std::byte> bytes = file.read(variable.name());
  return tensor_from_bytes(bytes, variable.dtype(), variable.shape());
}

}  // namespace

Variables Saver::chosen(const Session& session) const {
  return options_.variables.empty() ? session.variables() : options_.variables;
}

fs::path Saver::save(const Session& session, const std::string& prefix, std::int64_t step) {
  if (options_.max_to_keep < 0)
    throw ValueError(fmt::format("Saver: max_to_keep is {}; expected 0 (all) or more", options_.max_to_keep));
  std::vector<io::TensorView> views;
  Tensors values;  // keep the bytes alive
  std::set<std::string> names;
  for (const Variable& variable : chosen(session)) {
    if (variable.name().empty())
      throw StateError("Saver: a Variable has no name; give it one to find its value in the file again");
    if (!names.insert(variable.name()).second) {
      throw StateError(
          fmt::format("Saver: two Variables are named '{}'; names must differ to be saved", variable.name()));
    }
    values.push_back(session.value(variable));
    views.push_back({variable.name(), variable.dtype(), variable.shape(), values.back().bytes()});
  }
  if (views.empty())
    throw StateError("Saver: no Variable has a value in this Session; run graph::initialize_all() first");
  const fs::path path = fmt::format("{}-{}{}", prefix, step, extension);
  io::write_safetensors(path.string(), views,
                        {{"luge.kind", "session"}, {"luge.step", std::to_string(step)}});
  // Older files go only now that the new one is durable.
  if (options_.max_to_keep > 0) {
    auto files = saved_steps(prefix);
    while (static_cast<int>(files.size()) > options_.max_to_keep) {
      const auto oldest = files.begin()->first == step ? std::next(files.begin()) : files.begin();
      std::error_code ignored;  // a file that cannot be deleted is not worth failing a save
      fs::remove(oldest->second, ignored);
      files.erase(oldest);
    }
  }
  return path;
}

void Saver::restore(Session& session, const fs::path& path) const {
  const io::SafetensorsFile file(path.string());
  Variables wanted = options_.variables;
  if (wanted.empty()) wanted = all_variables();
  std::string wrong;
  Variables found;
  for (const Variable& variable : wanted) {
    if (!file.contains(variable.name())) {
      if (!options_.variables.empty() || !variable.name().empty())
        wrong += fmt::format("\n  '{}' is missing", variable.name());
      continue;
    }
    const io::StoredTensor& stored = file.type(variable.name());
    if (stored.dtype != variable.dtype() || !(stored.shape == variable.shape())) {
      wrong += fmt::format("\n  '{}' is {}{} in the file, {}{} here", variable.name(), name(stored.dtype),
                           stored.shape.to_string(), name(variable.dtype()), variable.shape().to_string());
      continue;
    }
    found.push_back(variable);
  }
  if (!wrong.empty())
    throw FormatError(fmt::format("{}: does not fit the Variables of this program:{}", path.string(), wrong));
  if (found.empty())
    throw FormatError(fmt::format("{}: holds none of this program's Variables", path.string()));
  Tensors values;
  for (const Variable& variable : found) values.push_back(load(file, variable));
  for (std::size_t i = 0; i < found.size(); ++i) session.set_value(found[i], values[i]);
}

fs::path Saver::latest(const std::string& prefix) {
  const auto files = saved_steps(prefix);
  return files.empty() ? fs::path() : files.rbegin()->second;
}

}  // namespace luge::graph
