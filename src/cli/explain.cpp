// luge explain: what a training step is compiled to, or what something is that networks are made of.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/explain/explainer.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/keys.h"
#include "experiment/planned_step.h"
#include "experiment/profile.h"
#include "io/files/atomic_file.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Key> step_keys() {
  std::vector<Key> keys = experiment::model_and_input_keys();
  keys.push_back({"profile", "run this many steps on zeros and show the mean time of each kernel and layer"});
  keys.push_back({"trace", "with profile=, a file for a step as a Chrome trace, .json"});
  return keys;
}

// For help and completion: both kinds of keys, without those that have one name.
std::vector<Key> explain_keys() {
  std::vector<Key> keys = step_keys();
  const std::vector<Key> of_step = keys;
  for (Key& key : explaining_keys()) {
    const auto is_there = [&](const Key& other) {
      return other.name == key.name || (other.family == key.name && other.option.empty()) ||
             (!key.aliases.empty() && other.aliases == key.aliases);
    };
    if (std::ranges::none_of(of_step, is_there)) keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<Key> explain_keys_for(const std::vector<std::string>& words) {
  return explains_things(words) ? explaining_keys() : step_keys();
}

int run_explain(const Arguments& arguments) {
  if (!arguments.knows("model.name")) return explain_things(arguments);
  experiment::PlannedStep planned = experiment::planned_step(arguments, tell_person());
  const experiment::Scope scope(planned.settings);
  train::Trainer& trainer = planned.trainer;
  const bool timed = arguments.has("profile");
  const bool traced = arguments.has("trace");
  if (traced && (!timed || !arguments.text("trace").ends_with(".json")))
    arguments.refuse("trace", timed ? "a file name that ends with .json" : "profile= with it");
  const std::string text = timed ? trainer.profile(planned.batch, arguments.integer("profile", 1))
                                 : trainer.explain(planned.batch);
  std::optional<train::LayerProfile> profile;
  if (timed) profile = train::profile_layers(trainer, planned.batch, arguments.integer("profile", 1));
  if (traced) io::write_file(arguments.text("trace"), profile->chrome_trace());
  if (arguments.json()) {
    Json json{{"model", planned.model}, {"batch", planned.rows}, {"program", text}};
    if (profile) json["layers"] = experiment::layers_json(*profile);
    print_json(json);
  } else {
    fmt::print("{}", text);
    if (profile) fmt::print("\n{}", profile->to_string());
  }
  return 0;
}

const Registration registration_explain(
    {"explain",
     "formulas and pictures of activations, losses, optimizers …, or the "
     "compiled training step",
     {"explain model=lenet5 batch=64 [profile=20 trace=step.json]",
      "explain activation=sigmoid,tanh [to=curves.svg]", "explain loss=huber [to=loss.png]",
      "explain optimizer=sgd,momentum,adam [to=paths.svg]", "explain layer=batch-norm [input=3x32x32]",
      "explain average=0.9,0.98 [to=average.svg]"},
     explain_keys,
     0,
     run_explain,
     explain_keys_for});

}  // namespace
}  // namespace luge::cli
