#include "cli/setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/in_units.h"
#include "cli/model_choice.h"
#include "cli/optimizer_choice.h"
#include "cli/task.h"
#include "core/threads.h"
#include "luge/compile.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/nn/sequential.h"
#include "luge/random.h"

namespace luge::cli {
namespace {

std::int64_t outputs_for(const Arguments& arguments, const models::Entry& entry, const data::Info& info) {
  if (target_kind(arguments.text("loss.name")) == TargetKind::labels) {
    return info.classes.empty() ? entry.outputs : static_cast<std::int64_t>(info.classes.size());
  }
  if (info.classes.size() > 2) {
    throw ValueError(fmt::format("{}: has {} classes; the model {} with the loss {} distinguishes only two",
                                 info.name, info.classes.size(), entry.name, arguments.text("loss.name")));
  }
  return info.target() ? std::max<std::int64_t>(1, info.target()->shape.elements()) : entry.outputs;
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

void use_threads(std::int64_t wanted) {
  if (wanted > processors()) {
    fmt::print(stderr, "luge: threads={}: this process may run on {} processors; using {} threads\n", wanted,
               processors(), processors());
  }
  set_thread_count(static_cast<int>(std::min<std::int64_t>(wanted, processors())));
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
                                 info.input().shape.to_string(), error.what()));
  }
  // A limit for steps: a message about it names what they need, not what the initial weights do.
  if (arguments.has("train.memory")) set_memory_limit(arguments.bytes("train.memory"));
  return {entry.name, std::move(trainer), info, info.input().shape};
}

}  // namespace luge::cli
