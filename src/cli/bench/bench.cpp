// luge bench: the workloads of docs/guide/bench.md, measured as the peers in bench/peers are.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/bench/loader.h"
#include "cli/bench/measure.h"
#include "cli/bench/micro.h"
#include "cli/bench/peaks.h"
#include "cli/bench/step.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/training.h"
#include "core/threads.h"
#include "experiment/option_keys.h"
#include "experiment/setup.h"
#include "experiment/train_options.h"

namespace luge::cli::bench {
namespace {

using Json = nlohmann::ordered_json;

struct Measuring {
  std::string show, math, precision;
  double seconds;
  std::size_t steps;
};

std::vector<std::string> workload_names() {
  std::vector<std::string> names;
  for (const Workload& workload : workloads()) names.push_back(workload.name);
  return names;
}

struct BenchOptions {
  static constexpr const char* table = "";
  std::optional<std::string> workload = {}, mode = {};
  std::string show = "time";
  std::int64_t steps = 5;
  double seconds = 8;
  std::string write = {};
  static void fields(auto& self, auto&& field) {
    field("workload", self.workload, "one of them, such as mlp_b64 (default: all)",
          options::one_of(workload_names));
    field("mode", self.mode, "only such workloads (default: all)", options::one_of({"train", "infer"}));
    field("show", self.show,
          "time, start (until the first step is done), plan (the compiled program), profile (the same with "
          "times), error (against float64)",
          options::one_of({"time", "start", "plan", "profile", "error"}));
    field("steps", self.steps, "steps to measure at least", options::at_least(1));
    field("seconds", self.seconds, "seconds to measure at least", options::at_least(0));
    field("write", self.write,
          "with loader: write its pictures of 224x224 into this folder, measure nothing");
  }
};

std::vector<Workload> chosen(const Arguments& arguments, const BenchOptions& options) {
  std::vector<Workload> found;
  for (const Workload& workload : workloads()) {
    if (options.workload && *options.workload != workload.name) continue;
    if (!options.mode || workload.trains == (*options.mode == "train")) found.push_back(workload);
  }
  if (found.empty()) arguments.refuse("mode", "the mode of " + *options.workload);
  return found;
}

void add_times(Json& row, const Workload& workload, const Measuring& how) {
  Step step(workload);
  const Measured found = measure([&] { step.run(); }, how.seconds, how.steps);
  row["median_ms"] = 1e3 * found.median;
  row["mean_ms"] = 1e3 * found.mean;
  row["samples_per_second"] = static_cast<double>(workload.batch) / found.median;
  row["peak_bytes"] = peak_resident_bytes();
  row["arena_bytes"] = step.plan().arena_bytes;
  row["steps"] = found.count;
  const Arithmetic work = arithmetic(step);
  row["gflops"] = (work.matmul_gflop + work.conv_gflop + work.conv3x3_gflop) / found.median;
  row["arithmetic"] = {{"matmul_gflop", work.matmul_gflop},
                       {"conv_gflop", work.conv_gflop},
                       {"conv3x3_gflop", work.conv3x3_gflop},
                       {"state_gb", work.state_gb}};
}

// What happens once: weights are made, the step is compiled, and it runs for the first time.
void add_start(Json& row, const Workload& workload) {
  const auto begin = Clock::now();
  Step step(workload);
  row["build_ms"] = 1e3 * since(begin);
  const auto built = Clock::now();
  step.plan();
  row["compile_ms"] = 1e3 * since(built);
  step.run();
  row["first_step_ms"] = 1e3 * since(begin);
}

void add_plan(Json& row, const Step& step) {
  const PlanInfo plan = step.plan();
  row["steps"] = plan.steps;
  row["arena_bytes"] = plan.arena_bytes;
  row["workspace_bytes"] = plan.workspace_bytes;
  row["state_bytes"] = plan.state_bytes;
  row["input_bytes"] = plan.input_bytes;
  row["output_bytes"] = plan.output_bytes;
  row["reorder_bytes"] = plan.reorder_bytes;
  row["program"] = step.program();
}

// The program with the mean time of each of its steps.
void add_profile(Json& row, const Workload& workload, const Measuring& how) {
  Step step(workload);
  measure([&] { step.run(); }, 0, 3, 0);
  set_profiling(true);
  measure([&] { step.run(); }, how.seconds, how.steps, 0);
  set_profiling(false);
  add_plan(row, step);
}

Json row_of(const Workload& workload, const Measuring& how) {
  Json row = {{"name", workload.name},      {"mode", workload.trains ? "train" : "infer"},
              {"precision", how.precision}, {"math", how.math},
              {"threads", thread_count()},  {"version", LUGE_VERSION}};
  if (how.show == "time") add_times(row, workload, how);
  if (how.show == "start") add_start(row, workload);
  if (how.show == "plan") add_plan(row, Step(workload));
  if (how.show == "profile") add_profile(row, workload, how);
  if (how.show == "error") {
    row["error"] = error(workload);
    row["error_batch"] = std::min(workload.batch, workload.error_batch);
  }
  return row;
}

void print(const Json& row, const std::string& show) {
  const std::string name = row["name"];
  if (show == "plan" || show == "profile") {
    fmt::print("{}\n{}\n", name, row["program"].get<std::string>());
  } else if (show == "start") {
    fmt::print(
        "{:<20} {:>9.0f} ms to make the weights, {:.0f} ms to compile, {:.0f} ms to the end of the first "
        "step\n",
        name, row["build_ms"].get<double>(), row["compile_ms"].get<double>(),
        row["first_step_ms"].get<double>());
  } else if (show == "error") {
    fmt::print("{:<20} {:.2e} from float64, {} samples\n", name, row["error"].get<double>(),
               row["error_batch"].get<std::int64_t>());
  } else {
    fmt::print(
        "{:<20} {:>10.3f} ms a step  {:>9.0f} samples/s  {:>7.1f} GFLOP/s  {:>7.1f} MiB at most  ({} steps, "
        "{} threads, {}, math {})\n",
        name, row["median_ms"].get<double>(), row["samples_per_second"].get<double>(),
        row["gflops"].get<double>(), row["peak_bytes"].get<double>() / (1 << 20),
        row["steps"].get<std::size_t>(), row["threads"].get<int>(), row["precision"].get<std::string>(),
        row["math"].get<std::string>());
  }
  std::fflush(stdout);
}

Json machine() { return {{"threads", thread_count()}, {"version", LUGE_VERSION}}; }

int show_peaks(const Arguments& arguments, const BenchOptions& options) {
  const Peaks found = peaks(std::min(1.0, options.seconds));
  if (arguments.json()) {
    print_json(Json{{"machine", machine()},
                    {"peaks",
                     {{"matmul_gflops", found.matmul_gflops},
                      {"conv_direct_gflops", found.conv_direct_gflops},
                      {"conv_winograd_gflops", found.conv_winograd_gflops},
                      {"bandwidth_gbs", found.bandwidth_gbs}}}});
    return 0;
  }
  fmt::print("matmul 1024x1024x1024            {:>7.1f} GFLOP/s\n", found.matmul_gflops);
  fmt::print("conv 3x3 128-128, math = strict  {:>7.1f} GFLOP/s\n", found.conv_direct_gflops);
  fmt::print("conv 3x3 128-128, math = fast    {:>7.1f} GFLOP/s (counted as if direct)\n",
             found.conv_winograd_gflops);
  fmt::print("memory, read and written         {:>7.1f} GB/s\n", found.bandwidth_gbs);
  return 0;
}

// Two digits after the point, more where those would be zeros.
std::string figure_text(double value) {
  return std::abs(value) < 0.1 && value != 0 ? fmt::format("{:.2g}", value) : fmt::format("{:.2f}", value);
}

// A figure without a unit is a ratio, which should be reached.
std::string limit_text(const Figure& figure) {
  if (figure.limit <= 0) return "";
  return fmt::format(" (should {} {})", figure.unit.empty() ? "reach" : "stay below", figure.limit);
}

int show_figures(const Arguments& arguments, const std::vector<Figure>& figures) {
  Json list = Json::array();
  for (const Figure& figure : figures) {
    list.push_back({{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}});
    if (figure.limit > 0) list.back()["limit"] = figure.limit;
    if (arguments.json()) continue;
    fmt::print("{:<40} {:>10} {:<4}{}\n", figure.name, figure_text(figure.value), figure.unit,
               limit_text(figure));
  }
  if (arguments.json()) print_json(Json{{"machine", machine()}, {"figures", list}});
  return 0;
}

int run_bench(const Arguments& arguments) {
  experiment::Settings settings = experiment::settings_of(arguments, tell_person());
  const experiment::Scope scope(settings);
  const auto options = experiment::read<BenchOptions>(arguments);
  if (!arguments.positional().empty()) {
    const std::string& what = arguments.positional()[0];
    if (what == "peaks") return show_peaks(arguments, options);
    if (what == "micro") return show_figures(arguments, micro(std::min(1.0, options.seconds)));
    if (what == "loader" && !options.write.empty()) {
      write_loader_files(options.write);
      return 0;
    }
    if (what == "loader") return show_figures(arguments, loader(std::min(4.0, options.seconds)));
    if (what != "host-eager" && what != "host-compiled")
      throw Misuse(
          fmt::format("luge bench: '{}' is not peaks, micro, loader, host-eager or host-compiled", what));
    host_steps(what == "host-compiled", static_cast<std::size_t>(options.steps));
    return 0;
  }
  const Measuring how{options.show, arguments.text("math"), arguments.text("precision"), options.seconds,
                      static_cast<std::size_t>(options.steps)};
  const std::vector<Workload> wanted = chosen(arguments, options);
  Json rows = Json::array();
  for (const Workload& workload : wanted) {
    const auto work = [&] { return row_of(workload, how).dump(); };
    rows.push_back(Json::parse(wanted.size() == 1 ? work() : in_own_process(work)));
    if (!arguments.json()) print(rows.back(), how.show);
  }
  if (arguments.json()) print_json(Json{{"machine", machine()}, {"workloads", rows}});
  return 0;
}

std::vector<Key> bench_keys() {
  std::vector<Key> process = experiment::keys_of<experiment::StepOptions>();
  std::erase_if(process, [](const Key& key) {
    return key.name != "train.threads" && key.name != "train.math" && key.name != "train.precision";
  });
  return experiment::joined(experiment::keys_of<BenchOptions>(), process);
}

const Registration registration_bench(
    {"bench",
     "median step times of the standard workloads",
     {"bench [workload=lenet_b64 mode=train threads=2 math=fast precision=f32 seconds=8 steps=5 show=time]",
      "bench peaks   what the machine can do: the roofs over the workloads",
      "bench micro   what surrounds the kernels: starting, compiling, calling, memory, threads",
      "bench loader  pictures a second from JPEG files, and samples a second from memory",
      "bench host-eager | host-compiled   steps=100 steps of a tiny network, for counting instructions"},
     bench_keys,
     1,
     run_bench});

}  // namespace
}  // namespace luge::cli::bench
