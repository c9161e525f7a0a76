#include "experiment/task.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/number.h"
#include "experiment/advice.h"
#include "experiment/keys.h"
#include "experiment/made.h"
#include "experiment/model_settings.h"
#include "experiment/target_units.h"
#include "experiment/train_options.h"
#include "luge/data/picture_fields.h"
#include "luge/loss/loss.h"
#include "luge/tasks/registry.h"

namespace luge::experiment {
namespace {

constexpr const char* kAuto = "auto";

loss::About about(const std::string& loss) { return loss::named(loss).about(); }
bool learns_numbers(const models::Entry& entry) {
  return about(entry.defaults.loss).outputs == OutputKind::values;
}

// Whether the model is made for a task of its own, and not just for classes or numbers.
bool is_special(const models::Entry& entry) {
  return !entry.defaults.task.empty() && entry.defaults.task != task_for(about(entry.defaults.loss).outputs);
}
// Empty: it is open.
std::string asked_task(const Config& config) {
  if (!config.knows("task.name")) return "";
  std::vector<std::string> names = tasks::names();
  names.insert(names.begin(), kAuto);
  const std::string name = config.choice("task.name", names);
  return name == kAuto ? "" : name;
}

std::int64_t distinct_targets(const data::Dataset& samples) {
  std::set<std::vector<std::byte>> values;
  for (const data::Sample& sample : samples) values.insert(sample.target.bytes);
  return static_cast<std::int64_t>(values.size());
}

// Numbers that task=classification takes for classes.
bool could_be_labels(const data::Dataset& samples) {
  for (const data::Sample& sample : samples) {
    const float value = sample.target.as<float>()[0];
    if (value < 0 || value != std::floor(value)) return false;
  }
  return true;
}

bool is_table(const DataSet& data) { return !data.train.info().features.empty(); }
bool holds_labels(const DataSet& data) {
  return data.train.info().target() && is_integer(data.train.info().target()->dtype);
}

// What was guessed about a column of numbers, and how to say otherwise.
void tell_task(const DataSet& data, const models::Entry& entry, const Tell& tell) {
  const data::Info& info = data.train.info();
  const bool numbers = std::all_of(info.classes.begin(), info.classes.end(),
                                   [](const std::string& name) { return parse_number(name).has_value(); });
  if (!is_table(data) || learns_numbers(entry) || !numbers) return;
  const char* instead = holds_labels(data)            ? "task=regression trains numbers instead"
                        : could_be_labels(data.train) ? "task=classification trains classes instead"
                                                      : "classes would be whole numbers from 0, or words";
  tell(fmt::format("{}: column '{}' holds {} different numbers: {}; {}", info.name, info.target_name,
                   distinct_targets(data.train),
                   task_for(holds_labels(data) ? OutputKind::logits : OutputKind::values), instead));
}

std::string joined(const std::vector<std::string>& metrics) {
  return metrics.empty() ? "none" : fmt::format("{}", fmt::join(metrics, ","));
}

// A task that the user or the model chose.
void settle_chosen(Config& config, const models::Entry& entry, const std::string& name) {
  const tasks::Kind kind = tasks::find(name);
  const bool own = own_task(entry) == name;
  const Source source = own ? Source::model : Source::data;
  config.set_default("loss.name", own ? entry.defaults.loss : kind.loss, source);
  config.chosen("loss");  // refuses a name that is not known
  config.set_default("train.metrics", joined(own ? entry.defaults.metrics : kind.metrics), source);
  if (!own) return;
  for (const auto& [option, value] : entry.defaults.task_options) config.set_default("task." + option, value);
}

// Loss and data decide.
void settle_open(Config& config, const models::Entry& entry, const DataSet& data) {
  const bool numbers = is_table(data) && !holds_labels(data);
  config.set_default("loss.name",
                     numbers ? tasks::find(task_for(OutputKind::values)).loss : entry.defaults.loss,
                     numbers ? Source::data : Source::model);
  const bool usual = config.text("loss.name") == entry.defaults.loss || holds_labels(data);
  config.set_default("train.metrics", joined(usual ? entry.defaults.metrics : std::vector<std::string>{}),
                     usual ? Source::model : Source::data);
}

std::string task_by_loss(const Config& config) { return task_for(chosen_loss(config).outputs()); }

// How inputs are scaled, as data.normalize says; empty: as the task does by itself.
std::string scaling_of(const Config& config, bool complete) {
  if (!config.knows("data.normalize")) return "";
  const auto data = read<DataOptions>(config);
  if (data.normalize == "pca" || data.normalize == "zca") return "none";  // a step before the task's own
  if (data.normalize != kAuto) return data.normalize;
  return complete ? "none" : "";
}

// What the task needs and the data has not, in words, with what would work.
void check_task(const Config& config, const models::Entry& entry, const std::string& task,
                const DataSet& data) {
  const data::Info& info = data.train.info();
  for (const train::Need& need : tasks::find(task).needs) {
    const auto found = info.fields.find(need.field);
    if (found && (!need.fits || need.fits(info.fields[*found]))) continue;
    throw ValueError(fmt::format(
        "model={} with task={} does not fit {}, which has {}; the field '{}' must hold {}; {}", entry.name,
        task, data.name, info.fields.size() == 0 ? "no fields" : info.fields.to_string(), need.field,
        need.what, what_learns(config, info, task_for(OutputKind::logits))));
  }
}

}  // namespace

std::string own_task(const models::Entry& entry) {
  return is_special(entry) ? entry.defaults.task : task_for(about(entry.defaults.loss).outputs);
}

loss::Loss chosen_loss(const Config& config) {
  const Choice choice = config.chosen("loss");
  return made(config, "loss", [&] { return loss::named(choice.name, choice.values); });
}

TargetKind wanted_targets(const Config& config, const models::Entry& entry) {
  const std::string asked = asked_task(config);
  if (!asked.empty() && !reads_target(tasks::find(asked).needs)) return TargetKind::automatic;
  const bool said = config.given("loss.name") || !asked.empty();
  const loss::About learned = config.given("loss.name") ? chosen_loss(config).about()
                              : said                    ? about(tasks::find(asked).loss)
                                                        : about(entry.defaults.loss);
  switch (learned.targets) {
    case loss::Targets::Kind::values: return TargetKind::values;
    case loss::Targets::Kind::labels: return said ? TargetKind::classes : TargetKind::automatic;
    case loss::Targets::Kind::probabilities: return TargetKind::automatic;
  }
  return TargetKind::automatic;
}

const char* task_for(OutputKind outputs) {
  return outputs == OutputKind::values ? "regression" : "classification";
}

bool wants_text(const Config& config, const models::Entry& entry) {
  const std::string asked = asked_task(config);
  return reads_text(asked.empty() ? own_task(entry) : asked);
}

bool finds_boxes(const std::string& task) { return !task.empty() && finds_boxes(tasks::find(task).needs); }

bool finds_boxes(const train::Needs& needs) {
  return std::ranges::any_of(needs, [](const train::Need& need) { return need.field == data::kBoxes; });
}

bool reads_text(const std::string& task) {
  const train::Needs needs = tasks::find(task).needs;
  if (needs.size() > 1) return false;  // what is read is another field, and the text is what is learned
  return std::any_of(needs.begin(), needs.end(),
                     [](const train::Need& need) { return need.fits && need.fits(data::Field::utf8()); });
}

void settle_task(Config& config, const models::Entry& entry, const DataSet& data, const Tell& tell) {
  const data::Info& info = data.train.info();
  std::string chosen = asked_task(config);
  const bool asked = !chosen.empty();
  if (!asked && is_special(entry)) {
    const std::vector<std::string> right = tasks::for_data(info, entry.defaults.task);
    if (!right.empty() && right.front() == entry.defaults.task) chosen = entry.defaults.task;
  }
  const bool labels =
      chosen.empty() || about(tasks::find(chosen).loss).targets == loss::Targets::Kind::labels;
  if (!config.given("loss.name")) {
    if (labels && holds_labels(data) && learns_numbers(entry)) {
      throw ValueError(
          fmt::format("{}: the model {} learns numbers, task=classification asks for classes; choose "
                      "model=softmax-regression or another classifier, or give the loss",
                      info.name, entry.name));
    }
    if (!asked) tell_task(data, entry, tell);
  }
  chosen.empty() ? settle_open(config, entry, data) : settle_chosen(config, entry, chosen);
  if (chosen.empty()) chosen = task_by_loss(config);
  take_model_settings(config, entry);  // those of the loss, which is known now
  check_task(config, entry, chosen, data);
  config.replace("task.name", chosen);
}

void settle_task(Config& config, const models::Entry& entry) {
  config.set_default("loss.name", entry.defaults.loss);
  // Metrics of the model may not fit another loss, and there are no data that could decide.
  const bool fits = task_by_loss(config) == task_for(about(entry.defaults.loss).outputs);
  config.set_default("train.metrics", joined(fits ? entry.defaults.metrics : std::vector<std::string>{}));
}

std::vector<std::string> metric_names(const Config& config) {
  std::vector<std::string> names;
  for (const Choice& metric : config.all_chosen("metric"))
    names.push_back(options::text(metric.name, metric.values));
  return names;
}

train::TaskRef make_task(const Config& config, bool complete) {
  const std::string name = asked_task(config).empty() ? task_by_loss(config) : asked_task(config);
  tasks::TaskOptions options;
  const Choice loss = config.chosen("loss");
  options.loss = options::text(loss.name, loss.values);
  options.metrics = metric_names(config);
  const std::string scaling = scaling_of(config, complete);
  if (config.knows("task.name")) options.values = config.chosen("task").values;
  for (const options::Info& option : tasks::find(name).options) {
    if (option.name == kScaling && !scaling.empty()) options.values.emplace_back(option.name, scaling);
  }
  chosen_loss(config);  // refuses what only the loss itself can judge
  return made(config, "task", [&] { return tasks::make(name, options); });
}

train::TaskRef own_task_without_data(const Config& config, const models::Entry& entry) {
  if (!is_special(entry)) return nullptr;
  if (finds_boxes(entry.defaults.task)) {
    throw SettingError(
        fmt::format("{}: learns task={}, whose anchors come from the boxes of data; "
                    "luge train with profile=true shows its step",
                    config.said("model.name"), entry.defaults.task));
  }
  const Choice loss = config.chosen("loss");
  tasks::TaskOptions options = {.loss = options::text(loss.name, loss.values), .metrics = {}};
  options.metrics = config.knows("train.metrics") ? metric_names(config) : std::vector<std::string>();
  return made(config, "task", [&] { return tasks::make(entry.defaults.task, options); });
}

}  // namespace luge::experiment
