#include "experiment/network_defaults.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/nearest.h"
#include "experiment/check_choices.h"
#include "experiment/key_names.h"
#include "experiment/optimizer_choice.h"
#include "experiment/task.h"
#include "luge/error.h"
#include "luge/experiment/config.h"
#include "luge/loss/loss.h"
#include "luge/metrics/host_metric.h"
#include "luge/optim/optimizers.h"
#include "luge/tasks/registry.h"

namespace luge::experiment {
namespace {

const std::string kTaskOptions = "task_options.";
const std::string kSettings = "settings.";
constexpr const char* kUsualTask = "classification";

// What the table can say.
struct Said {
  std::optional<std::string> data = {}, task = {}, loss = {}, optimizer = {};
  std::optional<double> learning_rate = {};
  std::optional<std::int64_t> batch = {}, epochs = {};
  std::optional<std::vector<std::string>> metrics = {};
  std::optional<std::int64_t> outputs = {};
  static void fields(auto& self, auto&& field) {
    using options::at_least, options::elsewhere, options::one_of;
    field("data", self.data, "the data set", elsewhere({"dataset"}));
    field("task", self.task, "the task", one_of(tasks::names));
    field("loss", self.loss, "the loss", one_of(loss::names));
    field("optimizer", self.optimizer, "the optimizer", one_of(optim::names));
    field("learning_rate", self.learning_rate, "its step size", options::above(0), elsewhere({"lr"}));
    field("batch", self.batch, "samples in a step", at_least(1), elsewhere({"batch_size"}));
    field("epochs", self.epochs, "passes over the data", at_least(1));
    field("metrics", self.metrics, "figures besides the loss");
    field("outputs", self.outputs, "how many outputs it has where no data says it", at_least(1));
  }
};

[[noreturn]] void refuse(const nn::NetworkText& text, const nn::TextSetting& at, const std::string& why) {
  throw FormatError(fmt::format("{}, line {}: [defaults]: {}", text.path, at.line, why));
}

bool is_task_option(const nn::TextSetting& setting) { return setting.key.starts_with(kTaskOptions); }
bool is_key(const nn::TextSetting& setting) { return setting.key.starts_with(kSettings); }

// The value of an option of these, or nothing for a name that none has.
options::Value value_of(const std::vector<options::Info>& known, const std::string& name,
                        const std::string& text) {
  const auto info =
      std::find_if(known.begin(), known.end(), [&](const options::Info& each) { return each.name == name; });
  return info == known.end() ? options::Value() : info->checked(info->parse(text));
}

std::vector<std::pair<std::string, std::string>> task_options(const nn::NetworkText& text,
                                                              const tasks::Kind& task) {
  std::vector<std::pair<std::string, std::string>> all;
  std::vector<std::string> known;
  for (const options::Info& option : task.options) known.push_back(option.name);
  for (const nn::TextSetting& setting : text.defaults) {
    if (!is_task_option(setting)) continue;
    const std::string name = setting.key.substr(kTaskOptions.size());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      refuse(text, setting,
             fmt::format("the task {} has no option '{}'{}", task.name, name, suggestion(name, known)));
    }
    try {
      value_of(task.options, name, setting.text);
    } catch (const options::OptionError& error) {
      refuse(text, setting, fmt::format("the task {}: {}", task.name, error.problem()));
    }
    all.emplace_back(name, setting.text);
  }
  return all;
}

// Other keys of the shell: [defaults.settings.schedule] name = "cosine".
std::vector<std::pair<std::string, std::string>> said_settings(const nn::NetworkText& text,
                                                               const models::Defaults& own) {
  std::vector<std::pair<std::string, std::string>> all;
  Config config(training_keys());
  config.set("optimizer.name", own.optimizer);
  config.set("loss.name", own.loss);
  // Choices first: which options there are follows from them.
  for (const bool options : {false, true}) {
    for (const nn::TextSetting& setting : text.defaults) {
      if (!is_key(setting)) continue;
      const std::string name = setting.key.substr(kSettings.size());
      const Key* key = find_key(config.keys(), name);
      if (key && key->option.empty() == options) continue;
      try {
        config.set(name, setting.text);
        config.check();
        check_choices(config);
      } catch (const SettingError& error) {
        refuse(text, setting, fmt::format("settings: {}", error.what()));
      }
      all.emplace_back(key->name, setting.text);
    }
  }
  return all;
}

Said read_said(const nn::NetworkText& text) {
  Said said;
  const std::vector<options::Info> known = options::infos<Said>();
  for (const nn::TextSetting& setting : text.defaults) {
    if (is_task_option(setting) || is_key(setting)) continue;
    try {
      options::set("[defaults]", said, {{setting.key, value_of(known, setting.key, setting.text)}});
      if (said.metrics) metrics::chosen(*said.metrics);
    } catch (const options::OptionError& error) {
      refuse(text, setting, error.problem());
    } catch (const ValueError& error) {  // of a metric
      refuse(text, setting, error.what());
    }
  }
  return said;
}

}  // namespace

NetworkDefaults read_defaults(const nn::NetworkText& text) {
  const Said said = read_said(text);
  const bool over_ids = !is_floating(text.dtype) && text.input.rank() == 1 && !said.task && !said.loss;
  NetworkDefaults made;
  models::Defaults& training = made.training;
  training.loss = said.loss ? *said.loss : tasks::find(said.task.value_or(kUsualTask)).loss;
  training.task = said.task  ? *said.task
                  : over_ids ? "next-token"
                             : task_for(loss::named(training.loss).about().outputs);
  const tasks::Kind task = tasks::find(training.task);
  training.data = said.data.value_or("");
  training.optimizer = said.optimizer.value_or("adam");
  training.learning_rate = said.learning_rate ? *said.learning_rate : usual_rate(training.optimizer);
  training.batch = said.batch.value_or(64);
  training.epochs = said.epochs.value_or(5);
  if (said.metrics || training.loss == task.loss) training.metrics = said.metrics.value_or(task.metrics);
  training.task_options = task_options(text, task);
  training.settings = said_settings(text, training);
  if (over_ids && training.task_options.empty() && text.input.known())
    training.task_options = {{"length", std::to_string(text.input[0])}};
  // A loss that does not tell many classes apart has one output.
  made.outputs = said.outputs.value_or(is_by_class(loss::named(training.loss).outputs()) ? 0 : 1);
  return made;
}

options::Values defaults_values(const NetworkDefaults& defaults) {
  const models::Defaults& own = defaults.training;
  Said said = {.task = own.task,
               .loss = own.loss,
               .optimizer = own.optimizer,
               .learning_rate = own.learning_rate,
               .batch = own.batch,
               .epochs = own.epochs,
               .metrics = own.metrics,
               .outputs = defaults.outputs};
  if (!own.data.empty()) said.data = own.data;
  options::Values values = options::changed(said);
  const std::vector<options::Info> task = tasks::find(own.task).options;
  for (const auto& [name, text] : own.task_options)
    values.emplace_back(kTaskOptions + name, value_of(task, name, text));
  for (const auto& [name, text] : own.settings) values.emplace_back(kSettings + name, text);
  return values;
}

}  // namespace luge::experiment
