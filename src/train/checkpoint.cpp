// Trainer::save and Trainer::restore: a model file whose extras are the optimizer, the metrics and the
// position.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "io/text/json_problem.h"
#include "io/text/json_text.h"
#include "luge/all_or_nothing.h"
#include "luge/error.h"
#include "luge/io/model_file.h"
#include "luge/io/safetensors.h"
#include "luge/random.h"
#include "luge/train/checkpoint_info.h"
#include "train/trainer_impl.h"

namespace luge::train {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKey = "luge.train";
constexpr int kVersion = 1;

// JSON has no infinities and no NaN.
Json number_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double number_from(const Json& json) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (json.is_number()) return json.get<double>();
  if (json == "inf") return kInfinity;
  return json == "-inf" ? -kInfinity : std::numeric_limits<double>::quiet_NaN();
}

Json history_json(const History& history) {
  Json epochs = Json::array();
  for (const EpochRecord& epoch : history.epochs) {
    Json logs = Json::array();
    for (const auto& [name, value] : epoch.logs) logs.push_back({name, number_json(value)});
    epochs.push_back({{"epoch", epoch.epoch},
                      {"step", epoch.step},
                      {"learning_rate", epoch.learning_rate},
                      {"logs", std::move(logs)}});
    if (!epoch.stage.empty()) epochs.back()["stage"] = epoch.stage;
  }
  return epochs;
}

History history_from(const Json& json) {
  History history;
  for (const Json& epoch : json) {
    EpochRecord record{epoch.at("epoch").get<std::int64_t>(), epoch.at("step").get<std::int64_t>(), 0, {}};
    record.learning_rate = epoch.value("learning_rate", 0.0);
    record.stage = epoch.value("stage", std::string());
    for (const Json& log : epoch.at("logs"))
      record.logs.emplace_back(log.at(0).get<std::string>(), number_from(log.at(1)));
    history.epochs.push_back(std::move(record));
  }
  return history;
}

Json sums_json(const std::vector<LossSum>& sums) {
  Json json = Json::array();
  for (const LossSum& sum : sums) {
    json.push_back({sum.cost, sum.weight});
    if (sum.root) json.back().push_back("root");
  }
  return json;
}

std::string state_text(const Trainer::Impl& impl) {
  const Position& position = impl.position;
  const random::State generator = random::state();
  // By name: the order of a resumed training, which has those of the checkpoint first, would be another.
  std::map<std::string, std::string> callbacks = impl.callback_states;
  for_each_state(impl.callbacks, [&](const std::string& key, const Callback& callback) {
    callbacks[key] = callback.state();
  });
  Json json = {{"version", kVersion},
               {"epoch", position.epoch},
               {"step", position.step},
               {"total_steps", position.total_steps},
               {"updates", position.updates},
               {"random", {{"seed", generator.seed}, {"draw", generator.draw}}},
               {"optimizer", impl.optimizer_names()},
               {"loss", impl.loss_names()},
               {"task", impl.task->name()},
               {"data", impl.data.text()},
               {"validation", impl.validation.text()},
               {"history", history_json(impl.history)},
               {"callbacks", callbacks}};
  // One loss has the names that checkpoints have always had.
  if (position.losses.size() == 1) {
    json["loss_sum"] = position.losses[0].cost;
    json["weight"] = position.losses[0].weight;
    if (position.losses[0].root) json["root"] = true;
  } else {
    json["losses"] = sums_json(position.losses);
  }
  if (!position.stage_name.empty())
    json["stage"] = {
        {"index", position.stage}, {"name", position.stage_name}, {"first_step", impl.before.steps}};
  return io::json_text(json);
}

std::vector<LossSum> sums_from(const Json& json) {
  if (!json.contains("losses"))
    return {{json.at("loss_sum").get<double>(),
             json.at(json.contains("weight") ? "weight" : "rows").get<double>(), json.value("root", false)}};
  std::vector<LossSum> sums;
  for (const Json& sum : json.at("losses"))
    sums.push_back({sum.at(0).get<double>(), sum.at(1).get<double>(), sum.size() > 2});
  return sums;
}

Position position_from(const Json& json) {
  const auto steps = json.at("total_steps").get<std::int64_t>();
  Position position;
  position.epoch = json.at("epoch").get<std::int64_t>();
  position.step = json.at("step").get<std::int64_t>();
  position.total_steps = steps;
  position.updates = json.value("updates", steps);
  position.losses = sums_from(json);
  if (json.contains("stage")) {
    position.stage = json["stage"].at("index").get<std::int64_t>();
    position.stage_name = json["stage"].at("name").get<std::string>();
  }
  return position;
}

Json parsed_state(const std::map<std::string, std::string>& metadata, const std::string& path) {
  const auto found = metadata.find(kKey);
  if (found == metadata.end()) {
    throw FormatError(
        fmt::format("{}: a network without the state of a training; it cannot be resumed", path));
  }
  Json json = Json::parse(found->second, nullptr, false);
  if (!json.is_object()) throw FormatError(fmt::format("{}: '{}' is not a JSON object", path, kKey));
  if (json.value("version", 0) != kVersion) {
    throw FormatError(fmt::format("{}: a training of version {}; this Luge resumes version {}", path,
                                  json.value("version", 0), kVersion));
  }
  return json;
}

void check_same(const Json& json, const char* key, const std::string& own, const std::string& path) {
  const std::string saved = json.value(key, std::string());
  if (saved != own)
    throw FormatError(fmt::format("{}: made with the {} {}; this training has {}", path, key, saved, own));
}

// The tensors for every Variable, or an error that lists what does not fit; nothing is assigned before.
std::vector<std::pair<Variable, Tensor>> matched(const std::vector<nn::NamedVariable>& wanted,
                                                 const io::Extras& extras, const std::string& path) {
  std::map<std::string, Tensor> saved(extras.tensors.begin(), extras.tensors.end());
  std::vector<std::pair<Variable, Tensor>> pairs;
  std::string missing, shapes;
  for (const auto& [name, variable] : wanted) {
    const auto found = saved.find(name);
    if (found == saved.end()) {
      missing += " " + name;
      continue;
    }
    if (found->second.shape() != variable.shape() || found->second.dtype() != variable.dtype())
      shapes += " " + name;
    pairs.emplace_back(variable, found->second);
    saved.erase(found);
  }
  std::string extra;
  for (const auto& [name, tensor] : saved) extra += " " + name;
  if (missing.empty() && shapes.empty() && extra.empty()) return pairs;
  std::string text = fmt::format("{}: made by another training;", path);
  if (!missing.empty()) text += " missing:" + missing + ";";
  if (!extra.empty()) text += " extra:" + extra + ";";
  if (!shapes.empty()) text += " of another shape or type:" + shapes + ";";
  throw FormatError(text + " nothing was loaded");
}

// Tensors of callbacks have names of their own: "callback/early_stopping/fc1.weight".
constexpr std::string_view kCallback = "callback/";

using CallbackTensors = std::map<std::string, std::vector<std::pair<std::string, Tensor>>>;

CallbackTensors tensors_of_callbacks(const Trainer::Impl& impl) {
  CallbackTensors all = impl.callback_tensors;  // those of callbacks that this fit does not have
  for_each_state(impl.callbacks,
                 [&](const std::string& key, const Callback& callback) { all[key] = callback.tensors(); });
  return all;
}

// Takes them out of what a file holds.
CallbackTensors take_tensors(io::Extras& extras) {
  CallbackTensors all;
  std::erase_if(extras.tensors, [&](const std::pair<std::string, Tensor>& each) {
    if (!each.first.starts_with(kCallback)) return false;
    const std::string name = each.first.substr(kCallback.size());
    const auto slash = name.find('/');
    all[name.substr(0, slash)].emplace_back(slash == std::string::npos ? "" : name.substr(slash + 1),
                                            each.second);
    return true;
  });
  return all;
}

}  // namespace

void Trainer::save(const std::string& path) const {
  io::Extras extras;
  for (const auto& [name, variable] : impl_->state_beside())
    extras.tensors.emplace_back(name, variable.value());
  for (const auto& [key, tensors] : tensors_of_callbacks(*impl_)) {
    for (const auto& [name, tensor] : tensors)
      extras.tensors.emplace_back(fmt::format("{}{}/{}", kCallback, key, name), tensor);
  }
  extras.metadata[kKey] = state_text(*impl_);
  io::ModelFileOptions options{.entries = impl_->task->entries(impl_->net), .eval_weights = {}};
  if (const std::optional<Average>& average = impl_->steps.average()) {
    for (const Average::Pair& pair : average->pairs())
      options.eval_weights.emplace_back(pair.parameter, pair.average);
    for (const Average::Pair& pair : average->buffers())
      options.eval_weights.emplace_back(pair.parameter, pair.average);
  }
  io::write_model(path, *impl_->net, extras, options);
}

std::string CheckpointInfo::to_string() const {
  if (!position.stage_name.empty()) {
    return fmt::format(
        "stage '{}', epoch {}{}, step {}", position.stage_name, position.epoch + (position.step > 0),
        position.step > 0 ? fmt::format(" after {} of its steps", position.step) : "", position.total_steps);
  }
  if (position.step == 0) return fmt::format("epoch {}, step {}", position.epoch, position.total_steps);
  return fmt::format("epoch {} after {} of its steps, step {}", position.epoch + 1, position.step,
                     position.total_steps);
}

std::optional<CheckpointInfo> checkpoint_info(const std::string& path) {
  const io::SafetensorsFile file(path);
  if (!file.metadata().contains(kKey)) return std::nullopt;
  const Json json = parsed_state(file.metadata(), path);
  try {
    CheckpointInfo info{position_from(json), history_from(json.at("history"))};
    info.history.steps = info.position.total_steps;
    return info;
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(fmt::format("{}: '{}' is malformed: {}", path, kKey, io::json_problem(error)));
  }
}

void Trainer::restore(const std::string& path) {
  Impl& impl = *impl_;
  impl.track();
  io::ModelState state = io::read_state(path, *impl.net);
  CallbackTensors tensors = take_tensors(state.extras);
  const Json json = parsed_state(state.extras.metadata, path);
  check_same(json, "optimizer", impl.optimizer_names(), path);
  check_same(json, "loss", impl.loss_names(), path);
  auto values = matched(impl.state_beside(), state.extras, path);
  try {
    Position position = position_from(json);
    if (position.losses.size() != impl.steps.trained().size())
      throw FormatError(fmt::format("{}: has {} losses; this training has {}", path, position.losses.size(),
                                    impl.steps.trained().size()));
    History history = history_from(json.at("history"));
    const std::int64_t first_step =
        json.contains("stage") ? json["stage"].at("first_step").get<std::int64_t>() : 0;
    auto callbacks = json.at("callbacks").get<std::map<std::string, std::string>>();
    const random::State generator{json.at("random").at("seed").get<std::int64_t>(),
                                  json.at("random").at("draw").get<std::int64_t>()};
    DataMark data(json.at("data").get<std::string>());
    DataMark validation(json.value("validation", std::string()));
    values.insert(values.end(), state.values.begin(), state.values.end());
    AllOrNothing assigned;
    for (auto& [variable, value] : values) variable.assign(value);
    assigned.keep();  // from here on nothing can fail
    impl.position = std::move(position);
    impl.before.steps = first_step;
    impl.history = std::move(history);
    impl.callback_states = std::move(callbacks);
    impl.callback_tensors = std::move(tensors);
    impl.data = std::move(data);
    impl.validation = std::move(validation);
    impl.restored = true;
    random::set_state(generator);
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(fmt::format("{}: '{}' is malformed: {}", path, kKey, io::json_problem(error)));
  }
}

}  // namespace luge::train
