#include "cli/model_choice.h"

#include <fmt/format.h>

#include "cli/data_sets.h"
#include "cli/task.h"

namespace luge::cli {

models::Entry model_entry(const Arguments& arguments) {
  std::vector<std::string> names;
  for (const models::Entry& entry : models::all()) names.push_back(entry.name);
  return models::find(arguments.choice("model.name", names));
}

nn::Model make_model(const Arguments& arguments, const models::Entry& entry, std::int64_t outputs) {
  if (!arguments.has("model.hidden") && !arguments.has("model.dropout"))
    return models::make(entry.name, outputs);
  models::Hidden hidden = entry.hidden;
  if (arguments.has("model.hidden")) {
    hidden.widths.clear();
    if (arguments.text("model.hidden") != "none") hidden.widths = arguments.integers("model.hidden", 1);
  }
  if (arguments.has("model.dropout")) hidden.dropout = arguments.share("model.dropout");
  try {
    return models::make(entry.name, outputs, hidden);
  } catch (const ValueError& error) {
    throw Misuse(fmt::format(
        "luge {}: {}: {}", arguments.command(),
        arguments.shown(arguments.has("model.hidden") ? "model.hidden" : "model.dropout"), error.what()));
  }
}

void take_defaults(Arguments& arguments, const models::Entry& entry) {
  const models::Defaults& own = entry.defaults;
  if (!arguments.knows("data.name")) {
    arguments.set_default("loss.name", own.loss);
    arguments.set_default("train.metrics", usual_metrics(entry));
  }
  arguments.set_default("optimizer.name", own.optimizer);
  arguments.set_default("optimizer.learning_rate", fmt::format("{}", own.learning_rate));
  arguments.set_default("train.batch", std::to_string(own.batch));
  if (!arguments.knows("data.name")) return;
  arguments.set_default("train.epochs", std::to_string(own.epochs));
  if (!own.data.empty()) arguments.set_default("data.name", own.data);
}

}  // namespace luge::cli
