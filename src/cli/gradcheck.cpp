// luge gradcheck: the gradients of a network against differences of its loss, in float64.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/training.h"
#include "core/philox.h"
#include "experiment/family_keys.h"
#include "experiment/keys.h"
#include "experiment/model_choice.h"
#include "experiment/planned_step.h"
#include "experiment/setup.h"
#include "experiment/task.h"
#include "luge/gradient_check.h"
#include "luge/loss/loss.h"
#include "luge/nn/observe.h"
#include "luge/nn/summary.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr const char* kAuto = "auto";

std::string find_dropout(const nn::Module& module, const std::string& path) {
  if (module.type().find("Dropout") != std::string::npos) return path;
  for (const auto& [name, child] : module.children()) {
    const std::string found = find_dropout(*child, path.empty() ? name : path + "." + name);
    if (!found.empty()) return found;
  }
  return {};
}

// Numbers in [-2, 2), or ids below `outputs`, as float64 all the same: parameters have the input's dtype.
Tensor random_input(const data::Field& field, std::int64_t rows, std::int64_t outputs) {
  std::vector<double> values(static_cast<std::size_t>(rows * field.shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double drawn = philox_f64(7, 1, i);
    values[i] = is_integer(field.dtype) ? std::floor(drawn * static_cast<double>(outputs)) : 4 * drawn - 2;
  }
  return tensor(values, field.shape.inserted(0, rows));
}

data::Batch random_batch(const data::Info& info, const nn::Model& net, std::int64_t rows,
                         std::int64_t outputs) {
  const Tensor x = random_input(info.input(), rows, outputs);
  if (is_integer(info.target()->dtype)) {
    const Shape shape = info.target()->shape.inserted(0, rows);
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < shape.elements(); ++i) labels.push_back(i % outputs);
    return {x, tensor(labels, shape)};
  }
  const nn::Probe look(*net, net->training());
  const Shape shape = (*net)(x).shape();
  std::vector<double> targets(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = static_cast<double>(i % 2);
  return {x, tensor(targets, shape)};
}

// Whether each channel of a batch normalization has one number of a sample: then it needs several samples.
bool normalizes_single_numbers(const nn::Summary& summary) {
  return std::any_of(summary.layers.begin(), summary.layers.end(), [](const nn::LayerSummary& layer) {
    return layer.type.find("BatchNorm") != std::string::npos && layer.neurons == layer.output[1];
  });
}

// Large networks get fewer samples, as many as leave time for a direction of each parameter.
std::int64_t samples_of(const experiment::Config& arguments, const nn::Summary& summary, bool training) {
  if (arguments.text("samples") != kAuto) return arguments.integer("samples", 1);
  constexpr std::int64_t kUsual = 3, kLarge = 50'000'000;
  if (summary.macs < kLarge) return kUsual;
  return training && normalizes_single_numbers(summary) ? kUsual : 1;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Half of the time is for directions through the gradients of many elements, the other for single elements.
void spend(const Arguments& arguments, double seconds, double pass, std::size_t parameters,
           GradientCheckOptions& options) {
  constexpr double kPasses = 4;  // of a comparison: two, and more next to kinks
  const double comparisons = 0.5 * seconds / (kPasses * pass);
  const auto tensors = static_cast<double>(std::max<std::size_t>(1, parameters));
  options.directions = static_cast<std::int64_t>(std::clamp(comparisons, 1.0, tensors));
  const std::string wanted = arguments.text("elements");
  if (wanted == kAuto) {
    options.elements = static_cast<std::int64_t>(std::clamp(comparisons / tensors, 1.0, 20.0));
  } else {
    options.elements = wanted == "all" ? 0 : arguments.integer("elements", 1);
  }
}

// Says on stderr how far it is, on a terminal on one line, elsewhere every ten seconds; ends it when time is
// up.
std::function<bool(std::int64_t, std::int64_t)> watch(Clock::time_point start, double seconds) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  return [=, last = start](std::int64_t done, std::int64_t total) mutable {
    const auto now = Clock::now();
    const bool more = seconds_since(start) < seconds && signal_received() == 0;
    if (terminal && (done == total || !more)) {
      tell_aside("\r\x1b[K");
    } else if (now - last >= (terminal ? std::chrono::milliseconds(100) : std::chrono::seconds(10))) {
      last = now;
      tell_aside("{}{} of {} comparisons{}", terminal ? "\r\x1b[K" : "", done, total, terminal ? "" : "\n");
    }
    return more;
  };
}

// Biases that begin at 0 put every channel that sees only zeros onto a kink, where there is no slope.
void leave_kinks(const Variables& parameters) {
  constexpr double kFar = 0.1;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    auto values = parameters[k].value().to_vector<double>();
    if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) != values.end()) continue;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += kFar * (2 * philox_f64(7, 2 + k, i) - 1);
    Variable(parameters[k]).assign(tensor(values, parameters[k].shape()));
  }
}

struct Subject {
  std::string model;
  nn::Model net;
  loss::Loss loss;
  data::Batch batch;
  train::TaskRef task = nullptr;  // of a model that is made for one of its own

  Tensor cost() const {
    if (!task) return loss((*net)(batch.input), batch.target);
    const train::Pass pass(net, batch, net->training());
    return task->objectives(net).front().loss(pass).value;
  }
};

Subject make_subject(experiment::Config arguments) {
  const models::Entry entry = experiment::entry_without_data(arguments);
  arguments.set_default("loss.name", entry.defaults.loss);
  const data::Info info = experiment::info_without_data(arguments, entry);
  const nn::Model net = experiment::make_model(entry, 0);
  net->build(info.input().shape, f64);
  leave_kinks(net->parameters());
  const bool frozen = arguments.choice("mode", {"train", "eval"}) == "eval";
  net->set_training(!frozen);
  if (const std::string dropout = find_dropout(*net, ""); !dropout.empty() && !frozen) {
    throw ValueError(fmt::format(
        "{}: {} drops values at random, so that some gradients are not looked at; mode=eval freezes it",
        entry.name, dropout));
  }
  const std::int64_t samples = samples_of(arguments, nn::summary(*net, info.input().shape, f64), !frozen);
  data::Batch batch = random_batch(info, net, samples, entry.outputs);
  // What its task needs besides: labels that are no blanks, or points that are visible.
  for (const auto& [name, field] : info.fields) {
    if (!batch.contains(name)) batch.set(name, full(field.shape.inserted(0, samples), 1, field.dtype));
  }
  return {entry.name, net, experiment::chosen_loss(arguments), std::move(batch),
          experiment::own_task_without_data(arguments, entry)};
}

// Of one evaluation; what compiling takes in addition counts only where it is little.
double seconds_of_pass(const Subject& subject) {
  constexpr double kLong = 0.5;
  const nn::Probe look(*subject.net, subject.net->training());
  double seconds = 0;
  for (int time = 0; time < 2 && (time == 0 || seconds < kLong); ++time) {
    const auto start = Clock::now();
    subject.cost().item<double>();
    seconds = seconds_since(start);
  }
  return seconds;
}

Json to_json(const GradientReport& report) {
  Json worst = Json::array();
  for (const GradientEntry& e : report.worst) {
    worst.push_back({{"path", e.path},
                     {"index", e.index},
                     {"analytic", e.analytic},
                     {"numeric", e.numeric},
                     {"error", std::abs(e.analytic - e.numeric)}});
  }
  return {{"max_error", report.max_error},   {"relative", report.relative},
          {"checked", report.checked},       {"elements", report.elements},
          {"directions", report.directions}, {"wrong_directions", report.wrong_directions},
          {"untried", report.untried},       {"skipped", report.skipped + report.skipped_directions},
          {"uncovered", report.uncovered},   {"worst", worst},
          {"passed", report.passed}};
}

std::string counted(std::int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void print_report(const Arguments& arguments, const Subject& subject, std::size_t parameters,
                  const GradientReport& report) {
  fmt::print("{} in float64, {}: slopes of the loss against {} of {} gradients", subject.model,
             counted(subject.batch.input.extent(0), "sample", "samples"), report.checked, report.elements);
  if (report.directions > 0)
    fmt::print(", and along {}", counted(report.directions, "random direction", "random directions"));
  fmt::print("\n{} of {} parameters compared", parameters - report.uncovered.size(), parameters);
  if (const std::int64_t skipped = report.skipped + report.skipped_directions; skipped > 0)
    fmt::print("; {} left out next to kinks", counted(skipped, "comparison", "comparisons"));
  fmt::print("\n");
  if (!report.uncovered.empty()) fmt::print("not compared: {}\n", fmt::join(report.uncovered, ", "));
  if (report.untried > 0) {
    fmt::print("stopped after {} seconds with {} untried; seconds={:g} gives more time\n",
               arguments.text("seconds"), counted(report.untried, "comparison", "comparisons"),
               10 * arguments.number("seconds"));
  }
  const char* verdict = report.passed ? "passed" : "FAILED";
  if (report.max_error == 0 && report.relative == 0) {
    fmt::print("no error above what is allowed, {:g}, and what rounding explains: {}\n",
               GradientCheckOptions().tolerance, verdict);
  } else {
    fmt::print("largest error {:.3g}, relative {:.3g}: {}\n", report.max_error, report.relative, verdict);
  }
  for (const GradientEntry& e : report.worst) {
    const std::string where = e.index < 0 ? "direction" : std::to_string(e.index);
    fmt::print("  {:<24} {:>8}  gradient {: .10g}  difference {: .10g}\n", e.path, where, e.analytic,
               e.numeric);
  }
}

int gradcheck(const Arguments& arguments) {
  const auto start = Clock::now();
  watch_signals();
  const double seconds = arguments.positive("seconds");
  experiment::Settings settings = experiment::settings_of(arguments, tell_person());
  const experiment::Scope scope(settings);
  const Subject subject = make_subject(arguments);
  const Variables parameters = subject.net->parameters();
  GradientCheckOptions options;
  options.kinks_allowed = 1;  // the report counts them
  options.progress = watch(start, seconds);
  spend(arguments, seconds, seconds_of_pass(subject), parameters.size(), options);
  GradientReport report = gradient_check([&]() -> Tensors { return {subject.cost()}; }, parameters, options);
  stop_if_asked();
  report.passed = report.passed && report.checked + report.directions > 0;
  if (arguments.json()) {
    Json json = to_json(report);
    json["samples"] = subject.batch.input.extent(0);
    print_json(json);
  } else {
    print_report(arguments, subject, parameters.size(), report);
  }
  return report.passed ? 0 : 1;
}

std::vector<Key> keys() {
  std::vector<Key> all = experiment::family_keys("model");
  for (Key& key : experiment::family_keys("loss")) all.push_back(std::move(key));
  for (const Key& key :
       {Key{"input", "extents of one sample, such as 1x28x28"},
        Key{"samples", "samples in the batch; auto: 3, for large networks 1", kAuto},
        Key{"elements", "gradients tried of each parameter; all, or auto: up to 20, fewer for large networks",
            kAuto},
        Key{"seconds", "no further gradient is tried after this many", "60"},
        Key{"mode", "train, or eval: dropout off", "train"}, Key{"train.seed", "of the weights", "0"}})
    all.push_back(key);
  return all;
}

const Registration registration_gradcheck(
    {"gradcheck",
     "gradients of a network against differences of its loss",
     {"gradcheck model=lenet5 [samples=3 elements=20 seconds=60 mode=eval]"},
     keys,
     0,
     gradcheck});

}  // namespace
}  // namespace luge::cli
