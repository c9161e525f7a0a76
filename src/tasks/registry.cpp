#include "luge/tasks/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "core/registry.h"
#include "luge/error.h"

namespace luge::tasks {
namespace {

constexpr const char *kLoss = "loss", *kMetrics = "metrics";

using Make = options::Maker<train::TaskRef>;

// A family of its own: a task says more about itself than its options.
class Kinds final : public Family {
 public:
  struct Entry {
    Kind kind;
    Make make;
  };
  Kinds() : Family({.one = "task", .many = "tasks", .key = "task.name"}) {}

  bool add(Kind kind, Make make) {
    std::string name = kind.name;
    return entries_.emplace(std::move(name), Entry{std::move(kind), std::move(make)}).second;
  }
  const Entry* find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }
  const Entry& at(std::string_view name) const {
    if (const Entry* found = find(name)) return *found;
    refuse(name);
  }
  train::TaskRef make(const Entry& entry, const options::Values& values) const {
    try {
      return entry.make("task " + entry.kind.name, values);
    } catch (const options::OptionError& error) {
      rethrow(error, member(entry.kind.name));
    }
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) all.push_back(name);
    return all;
  }
  Member member(std::string_view name) const override {
    const Kind& kind = at(name).kind;
    return {kind.name, kind.description, kind.options};
  }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

Kinds& kinds() {
  static auto& table = *new Kinds;
  return table;
}

bool suits(const Kind& kind, const data::Info& info) {
  return std::all_of(kind.needs.begin(), kind.needs.end(), [&](const train::Need& need) {
    const auto found = info.fields.find(need.field);
    return found && (!need.fits || need.fits(info.fields[*found]));
  });
}

}  // namespace

bool add(const std::string& name, const std::string& description, train::Needs needs, Make make) {
  Kind kind{name, description, std::move(needs), {}, {}, {}};
  for (const options::Info& option : make.options()) {
    if (option.name == kLoss) {
      kind.loss = std::get<std::string>(option.fallback);
    } else if (option.name == kMetrics) {
      kind.metrics = std::get<std::vector<std::string>>(option.fallback);
    } else {
      kind.options.push_back(option);
    }
  }
  return kinds().add(std::move(kind), std::move(make));
}

std::vector<std::string> names() { return kinds().names(); }

Kind find(std::string_view name) { return kinds().at(name).kind; }

train::TaskRef make(std::string_view name, const TaskOptions& options) {
  options::Values values = options.values;
  if (!options.loss.empty()) values.emplace_back(kLoss, options.loss);
  if (options.metrics) values.emplace_back(kMetrics, *options.metrics);
  return kinds().make(kinds().at(name), values);
}

train::TaskRef restore(std::string_view name, std::string_view json, const options::Values& changes) {
  const Kinds::Entry& entry = kinds().at(name);
  options::Values values = options::from_json("task " + entry.kind.name, json.empty() ? "{}" : json);
  train::TaskRef task;
  try {
    task = kinds().make(entry, values);
  } catch (const options::OptionError& error) {
    throw FormatError(error.what());
  }
  if (changes.empty()) return task;
  values.insert(values.end(), changes.begin(), changes.end());
  return kinds().make(entry, values);
}

std::vector<std::string> for_data(const data::Info& info, std::string_view usual) {
  std::vector<std::string> right;
  for (const auto& [name, entry] : kinds()) {
    if (suits(entry.kind, info)) right.insert(name == usual ? right.begin() : right.end(), name);
  }
  return right;
}

bool takes_any_extents(const nn::Metadata& metadata) {
  return metadata.inputs.size() == 1 && metadata.inputs[0].shape.rank() == 4 &&
         metadata.inputs[0].shape[2] == unknown && metadata.inputs[0].shape[3] == unknown;
}

Learned of(const nn::Metadata& metadata, const options::Values& values) {
  const std::string& name = metadata.task;
  if (name.empty()) return {nullptr, {}, "the file does not say what its network was trained for"};
  if (!kinds().find(name)) {
    return {nullptr,
            {},
            fmt::format(
                "the network was trained for the task '{}', which is not registered in this program (there "
                "are {}; tasks::add adds tasks)",
                name, fmt::join(names(), ", "))};
  }
  Learned learned;
  try {
    learned.recipe = data::Recipe::from_json(metadata.recipe);
    learned.task = restore(name, metadata.task_options);
  } catch (const Error& error) {
    return {nullptr, {}, fmt::format("the task '{}' cannot be read: {}", name, error.what())};
  }
  if (!values.empty()) learned.task = restore(name, metadata.task_options, values);
  if (train::TaskRef completed = learned.task->with(metadata)) learned.task = std::move(completed);
  return learned;
}

}  // namespace luge::tasks
