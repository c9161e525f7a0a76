#include "cli/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/nearest.h"
#include "core/threads.h"
#include "luge/compile.h"
#include "luge/data/normaliser.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"

namespace luge::cli {
namespace {

bool is_truth_table(const std::string& name) { return name == "xor" || name == "and" || name == "or"; }

TargetKind target_kind(const Arguments& arguments) {
  const std::string loss = arguments.text("loss.name");
  if (loss == "softmax-cross-entropy") return TargetKind::labels;
  return loss == "mse" ? TargetKind::values : TargetKind::automatic;
}

data::Scaling scaling_for(const Arguments& arguments, const Data& data) {
  const std::string wanted = arguments.choice("data.normalize", {"auto", "none", "standardise", "min-max"});
  if (wanted != "auto") return data::scaling_named(wanted);
  return is_truth_table(data.name) ? data::Scaling::none : data::Scaling::standardise;
}

std::int64_t outputs_for(const Arguments& arguments, const models::Entry& entry, const data::Info& info) {
  if (target_kind(arguments) == TargetKind::labels) {
    return info.classes.empty() ? entry.outputs : static_cast<std::int64_t>(info.classes.size());
  }
  if (info.classes.size() > 2) {
    throw ValueError(fmt::format("{}: has {} classes; the model {} with the loss {} tells two apart",
                                 info.name, info.classes.size(), entry.name, arguments.text("loss.name")));
  }
  return info.target ? std::max<std::int64_t>(1, info.target->shape.elements()) : entry.outputs;
}

std::string one_of(const Arguments& arguments, const char* key, std::vector<std::string> names) {
  return arguments.choice(key, names);
}

optim::Optimizer make_optimizer(const Arguments& arguments, std::int64_t total_steps) {
  std::map<std::string, double> settings;
  for (const char* name : {"momentum", "beta1", "beta2", "epsilon"}) {
    if (arguments.given(std::string("optimizer.") + name))
      settings[name] = arguments.number(std::string("optimizer.") + name);
  }
  optim::OptimizerOptions options;
  if (arguments.given("optimizer.weight_decay"))
    options.weight_decay = arguments.number("optimizer.weight_decay");
  if (arguments.has("train.clip_norm")) options.clip_global_norm = arguments.number("train.clip_norm");
  if (arguments.has("train.clip_value")) options.clip_value = arguments.number("train.clip_value");
  const std::int64_t warm_up =
      arguments.has("schedule.warmup_steps") ? arguments.integer("schedule.warmup_steps", 0) : 0;
  const std::string schedule = one_of(arguments, "schedule.name", optim::schedule::names());
  if (schedule != "constant" || warm_up > 0) {
    options.schedule = optim::schedule::named(schedule, std::max<std::int64_t>(1, total_steps), warm_up);
  }
  std::vector<std::string> names = optim::names();
  names.emplace_back("sgd");
  return optim::named(one_of(arguments, "optimizer.name", names), arguments.number("optimizer.learning_rate"),
                      settings, options);
}

std::vector<metrics::Metric> make_metrics(const Arguments& arguments) {
  std::vector<metrics::Metric> all;
  std::string list = arguments.has("train.metrics") ? arguments.text("train.metrics") : "";
  while (!list.empty() && list != "none") {
    const auto comma = list.find(',');
    all.push_back(metrics::named(list.substr(0, comma)));
    list = comma == std::string::npos ? "" : list.substr(comma + 1);
  }
  return all;
}

}  // namespace

std::vector<Key> model_keys() {
  return {{"model.name", "network of the gallery (luge list models)", "", {"model"}},
          {"loss.name", "softmax-cross-entropy, binary-cross-entropy, mse", "", {"loss"}},
          {"optimizer.name", "adam, adamw, momentum, nesterov, gradient-descent", "", {"optimizer"}},
          {"optimizer.learning_rate", "step size", "", {"lr"}},
          {"optimizer.momentum", "of momentum and nesterov"},
          {"optimizer.beta1", "of adam"},
          {"optimizer.beta2", "of adam"},
          {"optimizer.epsilon", "of adam"},
          {"optimizer.weight_decay", "shrinks the weights"},
          {"schedule.name",
           "of the learning rate: constant, step, exponential, cosine",
           "constant",
           {"schedule"}},
          {"schedule.warmup_steps", "steps in which the rate rises to its full value"},
          {"train.clip_norm", "longest gradient, all parameters together"},
          {"train.clip_value", "largest gradient element"},
          {"train.metrics", "figures beside the loss: accuracy, top5, none"},
          {"train.batch", "samples a step"},
          {"train.accumulate", "batches that give one update together", "1"},
          {"train.precision", "what products are computed in: f32, or bf16 with float32 weights", "f32"},
          {"train.seed", "of weights, shuffling, dropout and the split", "0"},
          {"train.memory",
           "most bytes a step may take, such as 2GB: values are computed again to fit (default: any)"},
          {"train.threads", "processors to use (default: all, or LUGE_THREADS)"}};
}

std::vector<Key> training_keys() {
  std::vector<Key> keys = model_keys();
  const std::vector<Key> more = {
      {"data.name", "data set (luge list data), folder of IDX files, or CSV file", "", {"data"}},
      {"train.epochs", "passes over the data"},
      {"train.limit_train_batches", "steps of an epoch at most; 0: all", "0"},
      {"data.validation_split", "share held back to choose best.safetensors on", "0.1"},
      {"data.normalize", "standardise, min-max, none; auto: standardise, but for truth tables", "auto"},
      {"data.shuffle", "a new order in every epoch", "true"},
      {"data.workers", "threads that read ahead; auto: processors that training leaves free", "auto"},
      {"callbacks.early_stopping.patience",
       "stop after so many validations without improvement",
       "",
       {"early_stopping"}},
      {"callbacks.early_stopping.monitor", "figure that must improve", "val_loss"},
      {"callbacks.early_stopping.min_delta", "what counts as improvement", "0"},
      {"callbacks.stop_at.value", "stop when a figure is as good as this", "", {"stop_at"}},
      {"callbacks.stop_at.monitor", "which figure", "val_accuracy"},
      {"callbacks.checkpoint.every", "steps between step-N.safetensors; 0: none", "0"},
      {"callbacks.checkpoint.keep", "how many of those stay", "3"},
      {"callbacks.checkpoint.monitor", "figure that best.safetensors is chosen by"},
      {"callbacks.checkpoint.on_error", "when one cannot be written: stop, or warn and go on", "stop"},
      {"run.dir", "folder of this run (default: runs/MODEL-DATA-N)"},
      {"run.exist_ok", "write into a folder that is not empty", "false"}};
  keys.insert(keys.end(), more.begin(), more.end());
  for (Key& key : table_keys()) keys.push_back(std::move(key));
  return keys;
}

models::Entry model_entry(const Arguments& arguments) {
  std::vector<std::string> names;
  for (const models::Entry& entry : models::all()) names.push_back(entry.name);
  return models::find(arguments.choice("model.name", names));
}

void take_defaults(Arguments& arguments, const models::Entry& entry) {
  const models::Defaults& own = entry.defaults;
  std::string metrics;
  for (const std::string& metric : own.metrics) metrics += (metrics.empty() ? "" : ",") + metric;
  arguments.set_default("loss.name", own.loss);
  arguments.set_default("optimizer.name", own.optimizer);
  arguments.set_default("optimizer.learning_rate", fmt::format("{}", own.learning_rate));
  arguments.set_default("train.batch", std::to_string(own.batch));
  arguments.set_default("train.metrics", metrics.empty() ? "none" : metrics);
  if (!arguments.knows("data.name")) return;
  arguments.set_default("train.epochs", std::to_string(own.epochs));
  if (!own.data.empty()) arguments.set_default("data.name", own.data);
}

TrainingData load_training_data(const Arguments& arguments) {
  const auto seed = static_cast<std::uint64_t>(arguments.integer("train.seed", 0));
  Data whole = load_data(arguments, arguments.text("data.name"), target_kind(arguments));
  double share = arguments.number("data.validation_split");
  if (!(share >= 0 && share < 1)) arguments.misuse("data.validation_split", "0 or more, below 1");
  if (is_truth_table(whole.name) || static_cast<double>(whole.train.size()) * share < 1) share = 0;
  auto [fit, valid] = whole.train.split(1 - share, {.seed = seed});
  const data::Affine scaling = data::fit_scaling(fit, scaling_for(arguments, whole));
  fit = fit.affine(scaling);
  std::optional<data::Dataset> held_back;
  if (valid.size() > 0) held_back = valid.affine(scaling);
  const data::Dataset ordered = arguments.flag("data.shuffle") ? fit.shuffle({.seed = seed}) : fit;
  data::Batches batches = ordered.batch(arguments.integer("train.batch", 1));
  const std::string workers = arguments.text("data.workers");
  batches = batches.prefetch({.workers = workers == "auto"
                                             ? data::PrefetchOptions::automatic
                                             : static_cast<int>(arguments.integer("data.workers", 0))});
  return {std::move(whole), std::move(fit), std::move(held_back), std::move(batches)};
}

Setup set_up(const Arguments& arguments, const models::Entry& entry, const data::Info& info,
             std::int64_t total_steps) {
  if (arguments.has("train.threads")) use_threads(arguments.integer("train.threads", 1));
  const std::string precision = arguments.choice("train.precision", {"f32", "bf16"});
  set_precision(precision == "bf16" ? Precision::bf16 : Precision::f32);
  random::seed(arguments.integer("train.seed", 0));
  loss::Loss loss = loss::named(one_of(arguments, "loss.name", loss::names()));
  const std::int64_t accumulate = arguments.integer("train.accumulate", 1);
  optim::Optimizer optimizer = make_optimizer(arguments, (total_steps + accumulate - 1) / accumulate);
  train::Trainer trainer(models::make(entry.name, outputs_for(arguments, entry, info)), std::move(loss),
                         std::move(optimizer),
                         {.metrics = make_metrics(arguments), .accumulate = accumulate});
  nn::Notes notes;
  notes.name = entry.name;
  trainer.net().set_notes(std::move(notes));
  trainer.prepare(info);
  // A limit for steps: a message about it names what they need, not what the initial weights do.
  if (arguments.has("train.memory")) set_memory_limit(arguments.bytes("train.memory"));
  return {entry.name, std::move(trainer), info, info.input.shape};
}

void use_threads(std::int64_t wanted) {
  if (wanted > processors()) {
    fmt::print(stderr, "luge: threads={}: this process may run on {} processors; using {} threads\n", wanted,
               processors(), processors());
  }
  set_thread_count(static_cast<int>(std::min<std::int64_t>(wanted, processors())));
}

data::Batch empty_batch(const data::Info& info, std::int64_t rows) {
  const auto empty = [rows](const data::Field& field) {
    return zeros(field.shape.inserted(0, rows), field.dtype);
  };
  return {empty(info.input), empty(info.target.value())};
}

data::Info info_without_data(const Arguments& arguments, const models::Entry& entry) {
  data::Info info;
  info.name = "none";
  info.input = {entry.dtype, entry.input};
  if (arguments.has("input")) {
    const auto given = extents("input", arguments.text("input"));
    info.input.shape = Shape(std::span<const std::int64_t>(given));
  }
  if (!info.input.shape.known()) {
    throw Misuse(fmt::format("luge {}: model={} takes inputs of any length; say which: input=13",
                             arguments.command(), entry.name));
  }
  // A model over ids judges every position.
  const Shape judged = is_floating(entry.dtype) ? Shape{} : info.input.shape;
  info.target = target_kind(arguments) == TargetKind::labels
                    ? data::Field{i64, judged}
                    : data::Field{f32, judged.appended(entry.outputs)};
  return info;
}

PlannedStep planned_step(const Arguments& given) {
  Arguments arguments = given;
  const models::Entry entry = model_entry(arguments);
  take_defaults(arguments, entry);
  const data::Info info = info_without_data(arguments, entry);
  const std::int64_t rows = arguments.integer("train.batch", 1);
  return {set_up(arguments, entry, info, 1), empty_batch(info, rows), rows};
}

std::vector<Key> model_and_input_keys() {
  std::vector<Key> keys = model_keys();
  keys.push_back({"input", "extents of one sample, such as 1x28x28"});
  return keys;
}

}  // namespace luge::cli
