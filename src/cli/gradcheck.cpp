// luge gradcheck: the gradients of a network against differences of its loss, in float64.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/setup.h"
#include "core/philox.h"
#include "luge/gradient_check.h"
#include "luge/loss/loss.h"
#include "luge/nn/summary.h"
#include "luge/random.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string find_dropout(const nn::Module& module, const std::string& path) {
  if (module.type().find("Dropout") != std::string::npos) return path;
  for (const auto& [name, child] : module.children()) {
    const std::string found = find_dropout(*child, path.empty() ? name : path + "." + name);
    if (!found.empty()) return found;
  }
  return {};
}

data::Batch random_batch(const data::Info& info, std::int64_t rows, std::int64_t outputs) {
  std::vector<double> inputs(static_cast<std::size_t>(rows * info.input.shape.elements()));
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = 4 * philox_f64(7, 1, i) - 2;
  const Tensor x = tensor(inputs, info.input.shape.inserted(0, rows));
  if (is_integer(info.target->dtype)) {
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < rows; ++i) labels.push_back(i % outputs);
    return {x, tensor(labels, {rows})};
  }
  std::vector<double> targets(static_cast<std::size_t>(rows * outputs));
  for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = static_cast<double>(i % 2);
  return {x, tensor(targets, {rows, outputs})};
}

// Each gradient tried costs two forward passes. As many are tried as come to about 4e10 multiply-adds, a
// minute of float64 on one processor, and at least one of each parameter.
std::int64_t elements_of(const Arguments& arguments, const nn::Module& net, const data::Info& info,
                         std::int64_t samples) {
  const std::string wanted = arguments.text("elements");
  if (wanted == "all") return 0;
  if (wanted != "auto") return arguments.integer("elements", 0);
  constexpr double kWork = 4e10, kMost = 20;
  const nn::Summary summary = nn::summary(net, info.input.shape, f64);
  const double pass = static_cast<double>(std::max<std::int64_t>(1, summary.macs * samples));
  const auto tensors = static_cast<double>(std::max<std::size_t>(1, net.parameters().size()));
  return static_cast<std::int64_t>(std::clamp(kWork / (2 * pass * tensors), 1.0, kMost));
}

// Says on stderr how far it is, on a terminal in place, elsewhere every ten seconds; ends it when time is up.
std::function<bool(std::int64_t, std::int64_t)> watch(double seconds) {
  using Clock = std::chrono::steady_clock;
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto start = Clock::now();
  return [=, last = start](std::int64_t done, std::int64_t total) mutable {
    const auto now = Clock::now();
    const bool more = std::chrono::duration<double>(now - start).count() < seconds;
    if (terminal && (done == total || !more)) {
      fmt::print(stderr, "\r\x1b[K");
    } else if (now - last >= (terminal ? std::chrono::milliseconds(100) : std::chrono::seconds(10))) {
      last = now;
      fmt::print(stderr, "{}{} of {} gradients{}", terminal ? "\r\x1b[K" : "", done, total,
                 terminal ? "" : "\n");
    }
    return more;
  };
}

int gradcheck(const Arguments& given) {
  Arguments arguments = given;
  const models::Entry entry = model_entry(arguments);
  arguments.set_default("loss.name", entry.defaults.loss);
  const data::Info info = info_without_data(arguments, entry);
  random::seed(arguments.integer("train.seed", 0));
  const nn::Model net = make_model(arguments, entry, 0);
  net->build(info.input.shape, f64);
  const bool frozen = arguments.choice("mode", {"train", "eval"}) == "eval";
  net->set_training(!frozen);
  if (const std::string dropout = find_dropout(*net, ""); !dropout.empty() && !frozen) {
    throw ValueError(fmt::format(
        "{}: {} drops values at random, so that some gradients are not looked at; mode=eval freezes it",
        entry.name, dropout));
  }
  const loss::Loss loss = loss::named(arguments.choice("loss.name", loss::names()));
  const data::Batch batch = random_batch(info, arguments.integer("samples", 1), entry.outputs);
  GradientCheckOptions options;
  options.elements = elements_of(arguments, *net, info, batch.input.extent(0));
  options.progress = watch(arguments.positive("seconds"));
  const GradientReport report = gradient_check(
      [&]() -> Tensors { return {loss((*net)(batch.input), batch.target)}; }, net->parameters(), options);
  if (arguments.json()) {
    Json worst = Json::array();
    for (const GradientEntry& e : report.worst) {
      worst.push_back({{"path", e.path},
                       {"index", e.index},
                       {"analytic", e.analytic},
                       {"numeric", e.numeric},
                       {"error", std::abs(e.analytic - e.numeric)}});
    }
    print_json(Json{{"max_error", report.max_error},
                    {"relative", report.relative},
                    {"checked", report.checked},
                    {"elements", report.elements},
                    {"untried", report.untried},
                    {"skipped", report.skipped},
                    {"worst", worst},
                    {"passed", report.passed}});
  } else {
    fmt::print(
        "{} in float64: {} of {} gradients against central differences, at most {} of each parameter; {} "
        "skipped next to kinks\n",
        entry.name, report.checked, report.elements, options.elements, report.skipped);
    if (report.untried > 0) {
      fmt::print("stopped after {} seconds with {} gradients untried; seconds={:g} gives more time\n",
                 arguments.text("seconds"), report.untried, 10 * arguments.number("seconds"));
    }
    fmt::print("largest error {:.3g}, relative {:.3g}: {}\n", report.max_error, report.relative,
               report.passed ? "passed" : "FAILED");
    for (const GradientEntry& e : report.worst) {
      fmt::print("  {:<24} {:>8}  gradient {: .10g}  difference {: .10g}\n", e.path, e.index, e.analytic,
                 e.numeric);
    }
  }
  return report.passed ? 0 : 1;
}

std::vector<Key> keys() {
  return {{"model.name", "network of the gallery (luge list models)", "", {"model"}},
          {"loss.name", "softmax-cross-entropy, binary-cross-entropy, mse", "", {"loss"}},
          {"input", "extents of one sample, such as 1x28x28"},
          {"samples", "samples in the batch", "3"},
          {"model.hidden", "widths of the hidden layers of mlp and xor"},
          {"model.dropout", "share that is dropped after each of them"},
          {"elements", "gradients tried of each parameter; all, or auto: up to 20, fewer for large networks",
           "auto"},
          {"seconds", "no further gradient is tried after this many", "60"},
          {"mode", "train, or eval: dropout off", "train"},
          {"train.seed", "of the weights", "0"}};
}

const Registration registration({"gradcheck",
                                 "gradients of a network against differences of its loss",
                                 {"gradcheck model=lenet5 [samples=3 elements=20 seconds=60 mode=eval]"},
                                 keys(),
                                 0,
                                 gradcheck});

}  // namespace
}  // namespace luge::cli
