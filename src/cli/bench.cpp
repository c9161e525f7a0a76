// luge bench: the workloads of docs/guide/bench.md, measured as the peers in bench/peers are.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "core/nearest.h"
#include "core/philox.h"
#include "core/threads.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/loss/loss.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/dropout.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/pool.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"

namespace luge::cli {
namespace {

using Clock = std::chrono::steady_clock;

nn::Model mlp() { return nn::sequential(nn::Flatten(), nn::Linear(128), nn::Relu(), nn::Linear(10)); }

nn::Model lenet() {
  return nn::sequential(nn::Conv2d(6, {.kernel = 5, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                        nn::Conv2d(16, {.kernel = 5}), nn::Relu(), nn::MaxPool2d(2), nn::Flatten(),
                        nn::Linear(120), nn::Relu(), nn::Linear(84), nn::Relu(), nn::Linear(10));
}

nn::Model cnn64() {
  return nn::sequential(nn::Conv2d(64, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                        nn::Conv2d(64, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                        nn::Flatten(), nn::Linear(1024), nn::Relu(), nn::Dropout(0.5), nn::Linear(10));
}

struct Workload {
  const char* name;
  nn::Model (*make)();
  std::int64_t batch;
};
const Workload kWorkloads[] = {{"mlp_b64", mlp, 64}, {"lenet_b64", lenet, 64}, {"cnn64_b550", cnn64, 550}};

// What a loader would hand over: pictures and labels in host memory.
struct HostBatch {
  std::vector<float> images;
  std::vector<std::int64_t> labels;
};

std::vector<HostBatch> host_batches(std::int64_t batch) {
  constexpr std::uint64_t kBatches = 8;
  std::vector<HostBatch> all(kBatches);
  for (std::uint64_t b = 0; b < kBatches; ++b) {
    for (std::int64_t i = 0; i < batch * 28 * 28; ++i)
      all[b].images.push_back(philox_f32(1, b, static_cast<std::uint64_t>(i)));
    for (std::int64_t i = 0; i < batch; ++i)
      all[b].labels.push_back(philox(2, b, static_cast<std::uint64_t>(i))[0] % 10);
  }
  return all;
}

struct Measured {
  double median_ms = 0;
  std::size_t steps = 0;
  std::size_t arena_bytes = 0;
};

Measured measure(const Workload& workload, double seconds, std::size_t least_steps) {
  const nn::Model net = workload.make();
  net->build({1, 28, 28});
  const optim::Adam adam(1e-3);
  const loss::SoftmaxCrossEntropy loss_of;
  const Variables parameters = net->parameters();
  auto step = compile([&](const Tensor& x, const Tensor& y) {
    const Tensor loss = loss_of(net(x), y);
    adam.step(parameters, grad(loss, parameters));
    return loss;
  });
  adam.hold(net->named_parameters());
  const auto data = host_batches(workload.batch);
  std::vector<double> times;
  const auto run = [&](std::size_t count) {
    const HostBatch& host = data[count % data.size()];
    const auto start = Clock::now();
    const Tensor x = tensor(host.images, {workload.batch, 1, 28, 28}),
                 y = tensor(host.labels, {workload.batch});
    step(x, y).item<float>();
    times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  };
  for (std::size_t i = 0; i < 3; ++i) run(i);
  times.clear();
  const auto begin = Clock::now();
  while (times.size() < least_steps || std::chrono::duration<double>(Clock::now() - begin).count() < seconds)
    run(times.size());
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  const HostBatch& host = data[0];
  const PlanInfo plan =
      step.plan(tensor(host.images, {workload.batch, 1, 28, 28}), tensor(host.labels, {workload.batch}));
  return {times[times.size() / 2] * 1e3, times.size(), plan.arena_bytes};
}

std::size_t peak_resident_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

std::vector<const Workload*> chosen(const Arguments& arguments) {
  std::vector<const Workload*> all;
  std::vector<std::string> names;
  for (const Workload& workload : kWorkloads) {
    names.emplace_back(workload.name);
    if (!arguments.has("workload") || arguments.text("workload") == workload.name) all.push_back(&workload);
  }
  if (all.empty()) arguments.choice("workload", names);  // throws
  return all;
}

int bench(const Arguments& arguments) {
  const auto workloads = chosen(arguments);
  if (arguments.has("threads")) set_thread_count(static_cast<int>(arguments.integer("threads", 1)));
  const std::string math = arguments.choice("math", {"fast", "strict"});
  set_math(math == "fast" ? Math::fast : Math::strict);
  const double seconds = arguments.number("seconds");
  const auto steps = static_cast<std::size_t>(arguments.integer("steps", 1));
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Workload* workload : workloads) {
    const Measured found = measure(*workload, seconds, steps);
    rows.push_back({{"name", workload->name},
                    {"mode", "train"},
                    {"precision", "f32"},
                    {"math", math},
                    {"threads", thread_count()},
                    {"median_ms", found.median_ms},
                    {"samples_per_second", static_cast<double>(workload->batch) / found.median_ms * 1e3},
                    {"arena_bytes", found.arena_bytes},
                    {"peak_bytes", peak_resident_bytes()},
                    {"steps", found.steps}});
    if (arguments.json()) continue;
    fmt::print(
        "{:<12} {:>9.3f} ms a step  {:>9.0f} samples/s  {:>7.1f} MiB at most  ({} steps, {} threads, math "
        "{})\n",
        workload->name, found.median_ms, static_cast<double>(workload->batch) / found.median_ms * 1e3,
        static_cast<double>(peak_resident_bytes()) / (1024 * 1024), found.steps, thread_count(), math);
  }
  if (arguments.json()) {
    fmt::print("{}\n",
               nlohmann::ordered_json{{"machine", {{"threads", thread_count()}, {"version", LUGE_VERSION}}},
                                      {"workloads", rows}}
                   .dump());
  }
  return 0;
}

const Registration registration({"bench",
                                 "median step times of the standard workloads",
                                 {"bench [workload=lenet_b64] [threads=2 math=fast seconds=8 steps=5]"},
                                 {{"workload", "mlp_b64, lenet_b64 or cnn64_b550 (default: all)"},
                                  {"steps", "steps to measure at least", "5"},
                                  {"seconds", "seconds to measure at least", "8"},
                                  {"threads", "processors to use"},
                                  {"math", "fast, or strict: no Winograd, no split products", "fast"}},
                                 0,
                                 bench});

}  // namespace
}  // namespace luge::cli
