#include "luge/tasks/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/nearest.h"
#include "luge/error.h"

namespace luge::tasks {
namespace {

std::map<std::string, Kind, std::less<>>& kinds() {
  static auto& table = *new std::map<std::string, Kind, std::less<>>;
  return table;
}

bool suits(const Kind& kind, const data::Info& info) {
  return std::all_of(kind.needs.begin(), kind.needs.end(), [&](const train::Need& need) {
    const auto found = info.fields.find(need.field);
    return found && (!need.fits || need.fits(info.fields[*found]));
  });
}

}  // namespace

bool add(Kind kind) {
  std::string name = kind.name;
  return kinds().emplace(std::move(name), std::move(kind)).second;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& [name, kind] : kinds()) all.push_back(name);
  return all;
}

Kind find(std::string_view name) {
  if (const auto found = kinds().find(name); found != kinds().end()) return found->second;
  throw ValueError(fmt::format("no task is called '{}'{}; there are {}", name, suggestion(name, names()),
                               fmt::join(names(), ", ")));
}

train::TaskRef make(std::string_view name, const TaskOptions& options) { return find(name).make(options); }

std::vector<std::string> for_data(const data::Info& info, std::string_view usual) {
  std::vector<std::string> right;
  for (const auto& [name, kind] : kinds()) {
    if (suits(kind, info)) right.insert(name == usual ? right.begin() : right.end(), name);
  }
  return right;
}

Learned of(const nn::Metadata& metadata, const OptionValues& values) {
  if (metadata.task.empty()) return {nullptr, {}, "the file does not say what its network was trained for"};
  const auto found = kinds().find(metadata.task);
  if (found == kinds().end()) {
    return {nullptr,
            {},
            fmt::format(
                "the network was trained for the task '{}', which is not registered in this program (there "
                "are {}; tasks::add adds tasks)",
                metadata.task, fmt::join(names(), ", "))};
  }
  Learned learned;
  try {
    learned.recipe = data::Recipe::from_json(metadata.recipe);
    learned.task = found->second.restore(metadata.task_options, {});
  } catch (const Error& error) {
    return {nullptr, {}, fmt::format("the task '{}' cannot be read: {}", metadata.task, error.what())};
  }
  if (!values.empty()) learned.task = found->second.restore(metadata.task_options, values);
  if (train::TaskRef completed = learned.task->with(metadata)) learned.task = std::move(completed);
  return learned;
}

}  // namespace luge::tasks
