// Saver: a session's Variables as PREFIX-STEP.safetensors.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>
#include <tuple>

#include "luge/graph.h"
#include "luge/io/safetensors.h"

namespace luge::graph {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".safetensors";

constexpr const char* kKind = "luge.kind";
constexpr const char* kSession = "session";
constexpr const char* kStep = "luge.step";
constexpr const char* kSequence = "luge.sequence";  // counts the files of a prefix in the order of saving

struct Saved {
  std::int64_t sequence = 0;  // 0: not known
  std::int64_t step = 0;
  fs::path path;
};

std::int64_t number_in(const std::map<std::string, std::string>& metadata, const char* key) {
  const auto found = metadata.find(key);
  std::int64_t number = 0;
  if (found != metadata.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

/// What a Saver wrote for a prefix, oldest first. The order is that of saving: a program that was started
/// again counts its steps from 0, so a larger step need not be the newer one. Files that are not of a
/// session, or that cannot be read, are ignored.
std::vector<Saved> saved_files(const std::string& prefix) {
  const fs::path base(prefix);
  const fs::path folder = base.has_parent_path() ? base.parent_path() : fs::path(".");
  const std::string start = base.filename().string() + "-";
  std::vector<Saved> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start) || !name.ends_with(extension)) continue;
    const char* first = name.data() + start.size();
    const char* last = name.data() + name.size() - extension.size();
    std::int64_t step = 0;
    const auto [end, failure] = std::from_chars(first, last, step);
    if (failure != std::errc() || end != last) continue;
    const fs::path path = base.has_parent_path() ? entry.path() : entry.path().filename();
    try {
      const io::SafetensorsFile file(path.string());
      const auto kind = file.metadata().find(kKind);
      if (kind == file.metadata().end() || kind->second != kSession) continue;
      found.push_back({number_in(file.metadata(), kSequence), step, path});
    } catch (const Error&) {
      continue;
    }
  }
  std::sort(found.begin(), found.end(), [](const Saved& a, const Saved& b) {
    return std::tie(a.sequence, a.step) < std::tie(b.sequence, b.step);
  });
  return found;
}

void check_names(const Variables& variables) {
  std::set<std::string> names;
  for (const Variable& variable : variables) {
    if (variable.name().empty())
      throw StateError("Saver: a Variable has no name; give it one to find its value in the file again");
    if (!names.insert(variable.name()).second) {
      throw StateError(
          fmt::format("Saver: two Variables are named '{}'; names must differ to be saved", variable.name()));
    }
  }
}

Tensor load(const io::SafetensorsFile& file, const Variable& variable) {
  const std::vector<std::byte> bytes = file.read(variable.name());
  return tensor_from_bytes(bytes, variable.dtype(), variable.shape());
}

}  // namespace

Saver::Saver(SaverOptions options) : options_(std::move(options)) {
  if (options_.max_to_keep < 0)
    throw ValueError(fmt::format("Saver: max_to_keep is {}; expected 0 (all) or more", options_.max_to_keep));
  check_names(options_.variables);
}

Variables Saver::chosen(const Session& session) const {
  return options_.variables.empty() ? session.variables() : options_.variables;
}

fs::path Saver::save(const Session& session, const std::string& prefix, std::int64_t step) {
  std::vector<io::TensorView> views;
  Tensors values;  // keep the bytes alive
  const Variables variables = chosen(session);
  check_names(variables);  // their names may have changed
  for (const Variable& variable : variables) {
    values.push_back(session.value(variable));
    views.push_back({variable.name(), variable.dtype(), variable.shape(), values.back().bytes()});
  }
  if (views.empty())
    throw StateError("Saver: no Variable has a value in this Session; run graph::initialize_all() first");
  const fs::path path = fmt::format("{}-{}{}", prefix, step, extension);
  std::vector<Saved> older = saved_files(prefix);
  const std::int64_t sequence = older.empty() ? 1 : older.back().sequence + 1;
  io::write_safetensors(
      path.string(), views,
      {{kKind, kSession}, {kStep, std::to_string(step)}, {kSequence, std::to_string(sequence)}});
  // Older files are deleted only after the new one is durable.
  std::erase_if(older, [&](const Saved& file) { return file.step == step; });
  if (options_.max_to_keep > 0) {
    const auto kept = static_cast<std::size_t>(options_.max_to_keep) - 1;
    for (std::size_t i = 0; i + kept < older.size(); ++i) {
      std::error_code ignored;  // a file that cannot be deleted is not worth failing a save
      fs::remove(older[i].path, ignored);
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
  const auto files = saved_files(prefix);
  return files.empty() ? fs::path() : files.back().path;
}

}  // namespace luge::graph
