#include "cli/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cli/in_units.h"
#include "cli/task.h"
#include "core/nearest.h"
#include "core/threads.h"
#include "luge/compile.h"
#include "luge/data/normalizer.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/nn/observe.h"
#include "luge/nn/sequential.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"

namespace luge::cli {
namespace {

constexpr const char* kWhole = "auto";  // schedule.steps: the whole training

bool is_truth_table(const std::string& name) { return name == "xor" || name == "and" || name == "or"; }

data::Scaling scaling_for(const Arguments& arguments, const Data& data) {
  // Configurations written by earlier versions spell it this way.
  if (arguments.text("data.normalize") == "standardise") return data::Scaling::standardize;
  const std::string wanted = arguments.choice("data.normalize", {"auto", "none", "standardize", "min-max"});
  if (wanted != "auto") return data::scaling_named(wanted);
  return is_truth_table(data.name) ? data::Scaling::none : data::Scaling::standardize;
}

std::int64_t outputs_for(const Arguments& arguments, const models::Entry& entry, const data::Info& info) {
  if (target_kind(arguments.text("loss.name")) == TargetKind::labels) {
    return info.classes.empty() ? entry.outputs : static_cast<std::int64_t>(info.classes.size());
  }
  if (info.classes.size() > 2) {
    throw ValueError(fmt::format("{}: has {} classes; the model {} with the loss {} distinguishes only two",
                                 info.name, info.classes.size(), entry.name, arguments.text("loss.name")));
  }
  return info.target ? std::max<std::int64_t>(1, info.target->shape.elements()) : entry.outputs;
}

// The numbers given for a table such as "optimizer.", but for its name and what is taken elsewhere: the
// optimizer or schedule itself knows which it has.
std::map<std::string, double> settings_of(const Arguments& arguments, const std::string& table,
                                          const std::set<std::string>& but) {
  std::map<std::string, double> settings;
  for (const auto& [key, value] : arguments.resolved()) {
    if (!key.starts_with(table)) continue;
    const std::string name = key.substr(table.size());
    if (name != "name" && !but.contains(name)) settings[name] = arguments.number(key);
  }
  return settings;
}

optim::Optimizer make_optimizer(const Arguments& arguments, std::int64_t total_steps) {
  optim::OptimizerOptions options;
  if (arguments.has("train.clip_norm")) options.clip_global_norm = arguments.not_negative("train.clip_norm");
  if (arguments.has("train.clip_value")) options.clip_value = arguments.not_negative("train.clip_value");
  const std::string schedule = arguments.choice("schedule.name", optim::schedule::names());
  const std::string optimizer = arguments.choice("optimizer.name", optim::names());
  const double rate = arguments.positive("optimizer.learning_rate");
  try {
    options.schedule = optim::schedule::named(schedule, std::max<std::int64_t>(1, total_steps),
                                              arguments.integer("schedule.warmup_steps", 0),
                                              settings_of(arguments, "schedule.", {"warmup_steps", "steps"}));
    return optim::named(optimizer, rate, settings_of(arguments, "optimizer.", {"learning_rate"}), options);
  } catch (const ValueError& error) {
    throw Misuse(fmt::format("luge {}: {}", arguments.command(), error.what()));
  }
}

std::vector<metrics::Metric> make_metrics(const Arguments& arguments) {
  std::vector<metrics::Metric> all;
  if (!arguments.has("train.metrics") || arguments.text("train.metrics") == "none") return all;
  const auto refuse = [&](const std::string& why) {
    throw Misuse(fmt::format("luge {}: {}={}: {}", arguments.command(), arguments.shown("train.metrics"),
                             arguments.text("train.metrics"), why));
  };
  std::set<std::string> names;
  for (const std::string& name : arguments.list("train.metrics")) {
    try {
      all.push_back(metrics::named(name));
    } catch (const ValueError& error) {
      refuse(error.what());
    }
    if (!names.insert(all.back().name()).second) refuse(fmt::format("{} is named twice", name));
  }
  return all;
}

}  // namespace

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

bool has_schedule(const Arguments& arguments) {
  return arguments.text("schedule.name") != optim::schedule::constant().name();
}

void settle_schedule(Arguments& arguments, const data::Batches& batches) {
  if (!has_schedule(arguments)) return;
  arguments.replace("schedule.steps", std::to_string(schedule_updates(arguments, batches)));
}

std::int64_t schedule_updates(const Arguments& arguments, const data::Batches& batches) {
  if (arguments.text("schedule.steps") != kWhole) {
    if (!has_schedule(arguments)) {
      throw Misuse(fmt::format(
          "luge {}: {}={}: a constant learning rate has no steps; choose a schedule, or limit_train_batches "
          "for "
          "fewer steps of an epoch",
          arguments.command(), arguments.shown("schedule.steps"), arguments.text("schedule.steps")));
    }
    return arguments.integer("schedule.steps", 1);
  }
  const std::int64_t limit = arguments.integer("train.limit_train_batches", 0),
                     accumulate = arguments.integer("train.accumulate", 1);
  const std::int64_t steps = limit > 0 ? std::min(limit, batches.size()) : batches.size();
  return arguments.integer("train.epochs", 1) * ((steps + accumulate - 1) / accumulate);
}

std::pair<data::Dataset, data::Dataset> training_parts(const Arguments& arguments, const Data& whole) {
  double share = arguments.share("data.validation_split");
  if (is_truth_table(whole.name) || static_cast<double>(whole.train.size()) * share < 1) share = 0;
  return whole.train.split(1 - share,
                           {.seed = static_cast<std::uint64_t>(arguments.integer("train.seed", 0))});
}

TrainingData load_training_data(Arguments& arguments, const models::Entry& entry) {
  const auto seed = static_cast<std::uint64_t>(arguments.integer("train.seed", 0));
  Data whole = load_data(arguments, arguments.text("data.name"), wanted_targets(arguments, entry));
  settle_task(arguments, entry, whole);
  auto [fit, valid] = training_parts(arguments, whole);
  const data::Affine scaling = data::fit_scaling(fit, scaling_for(arguments, whole));
  fit = fit.affine(scaling);
  std::optional<data::Dataset> held_back;
  if (valid.size() > 0) held_back = valid.affine(scaling);
  const data::Dataset ordered = arguments.flag("data.shuffle") ? fit.shuffle({.seed = seed}) : fit;
  data::Batches batches = ordered.batch(arguments.integer("train.batch", 1));
  const std::string workers = arguments.text("data.workers");
  if (workers != "auto") {
    try {
      batches = batches.prefetch({.workers = static_cast<int>(arguments.integer("data.workers", 0))});
    } catch (const ValueError& error) {
      throw Misuse(fmt::format("luge {}: {}={}: {}", arguments.command(), arguments.shown("data.workers"),
                               workers, error.what()));
    }
  } else {
    batches = batches.prefetch({.workers = data::PrefetchOptions::automatic});
  }
  const data::Affine targets = target_scaling(arguments, entry, whole, fit);
  return {std::move(whole), std::move(fit), std::move(held_back), std::move(batches), targets};
}

Setup set_up(const Arguments& arguments, const models::Entry& entry, const data::Info& info,
             std::int64_t updates, const data::Affine& targets) {
  if (arguments.has("train.threads")) use_threads(arguments.integer("train.threads", 1));
  const std::string precision = arguments.choice("train.precision", {"f32", "bf16"});
  set_precision(precision == "bf16" ? Precision::bf16 : Precision::f32);
  random::seed(arguments.integer("train.seed", 0));
  loss::Loss loss = loss::named(arguments.choice("loss.name", loss::names()));
  const std::int64_t accumulate = arguments.integer("train.accumulate", 1);
  optim::Optimizer optimizer = make_optimizer(arguments, updates);
  const nn::Model net = make_model(arguments, entry, outputs_for(arguments, entry, info));
  if (const auto* layers = dynamic_cast<const nn::Sequential*>(net.operator->());
      layers && targets != data::Affine{}) {
    nn::Sequential(*layers).add("in_units", InUnits(1 / targets.scale[0], targets.offset[0]));
  }
  train::Trainer trainer(net, std::move(loss), std::move(optimizer),
                         {.metrics = make_metrics(arguments), .accumulate = accumulate});
  nn::Metadata metadata;
  metadata.name = entry.name;
  trainer.net().set_metadata(std::move(metadata));
  try {
    trainer.prepare(info);
  } catch (const ShapeError& error) {
    throw ShapeError(fmt::format("model={} does not fit {}, whose samples are {}: {}", entry.name,
                                 arguments.knows("data.name") ? info.name : "such inputs",
                                 info.input.shape.to_string(), error.what()));
  }
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
  info.target = target_kind(arguments.text("loss.name")) == TargetKind::labels
                    ? data::Field{i64, judged}
                    : data::Field{f32, judged.appended(entry.outputs)};
  return info;
}

PlannedStep planned_step(const Arguments& given) {
  const nn::TypesAlone types;
  Arguments arguments = given;
  const models::Entry entry = model_entry(arguments);
  take_defaults(arguments, entry);
  const data::Info info = info_without_data(arguments, entry);
  const std::int64_t rows = arguments.integer("train.batch", 1);
  return {set_up(arguments, entry, info, 1), empty_batch(info, rows), rows};
}

}  // namespace luge::cli
