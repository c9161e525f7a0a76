#include "cli/bench/micro.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/bench/measure.h"
#include "cli/bench/step.h"
#include "core/threads.h"
#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/experiment/settings.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"
#include "runtime/program_cache.h"

namespace luge::cli::bench {
namespace {

const Workload& named(const std::string& name) {
  for (const Workload& workload : workloads()) {
    if (workload.name == name) return workload;
  }
  throw ValueError("no workload is called " + name);
}

// From exec to the first byte of `luge version`.
void start_once() {
  int ends[2];
  if (::pipe(ends) != 0) throw Error("bench: cannot make a pipe to another process");
  const pid_t child = ::fork();
  if (child < 0) throw Error("bench: cannot start a process");
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]), ::close(ends[1]);
    ::execl("/proc/self/exe", "luge", "version", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[1]);
  char first = 0;
  const bool came = ::read(ends[0], &first, 1) == 1;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!came) throw Error("bench: luge version printed nothing");
}

double compile_seconds(const std::string& name) {
  Step step(named(name));
  const auto start = Clock::now();
  step.plan();
  return since(start);
}

// One element through one kernel: what a call costs besides its kernels.
double call_seconds(double seconds) {
  const auto increment = compile([](const Tensor& x) { return x + 1; });
  const Tensor x = tensor({1.0F}, {1});
  constexpr int calls = 1000;
  return measure(
             [&] {
               for (int i = 0; i < calls; ++i) increment(x);
             },
             seconds, 5)
             .median /
         calls;
}

// Starting a team that is awake, and meeting at its end.
double region_seconds(double seconds) {
  constexpr int regions = 1000;
  return measure(
             [] {
               for (int i = 0; i < regions; ++i) {
#pragma omp parallel num_threads(thread_count())
                 {}
               }
             },
             seconds, 5)
             .median /
         regions;
}

struct Eager {
  double step;      // a whole step, batch 1
  double lookup;    // finding the subgraph of loss and gradients and its Program in the cache
  double compiled;  // the same step compiled
};

Eager eager_lenet(double seconds) {
  Workload workload = named("lenet_b64");
  workload.batch = 1;
  const Contest contest(workload, 1);
  const optim::Adam adam(1e-3);
  const Variables parameters = contest.net()->parameters();
  const HostBatch host = contest.host_batches(1)[0];
  const Tensor x = contest.input_of(host), y = contest.target_of(host);
  const auto forward = [&] { return contest.loss(contest.net()(x), y); };
  Eager found{};
  found.step = measure(
                   [&] {
                     const Tensor loss = forward();
                     adam.step(parameters, grad(loss, parameters));
                     loss.item<float>();
                   },
                   seconds, 50)
                   .median;
  double sum = 0;
  constexpr int rounds = 200;
  for (int i = 0; i <= rounds; ++i) {
    const Tensor loss = forward();
    Tensors roots = grad(loss, parameters);
    roots.push_back(loss);
    std::vector<Edge> edges;
    for (const Tensor& root : roots) edges.push_back({root.node(), root.output()});
    const auto start = Clock::now();
    Subgraph subgraph;
    subgraph.find(edges, Subgraph::Ends::values);
    for (const Edge& edge : edges) subgraph.add_root(edge);
    program_for(subgraph);
    if (i > 0) sum += since(start);
  }
  found.lookup = sum / rounds;
  Step compiled(workload);
  found.compiled = measure([&] { compiled.run(); }, seconds, 50).median;
  return found;
}

// What is resident after 10,000 steps compared with what was after 1,000.
double growth_bytes() {
  Step step(named("mlp_b64"));
  for (int i = 0; i < 1000; ++i) step.run();
  const auto before = static_cast<double>(resident_bytes());
  for (int i = 0; i < 9000; ++i) step.run();
  return static_cast<double>(resident_bytes()) - before;
}

double speedup(const std::string& name, double seconds) {
  Step all(named(name));
  const double many = measure([&] { all.run(); }, seconds, 5).median;
  experiment::Settings settings = experiment::present_settings();
  settings.threads = 1;
  const experiment::Scope scope(settings);
  Step single(named(name));
  const double one = measure([&] { single.run(); }, seconds, 5).median;
  return one / many;
}

}  // namespace

std::vector<Figure> micro(double seconds) {
  std::vector<Figure> figures;
  figures.push_back(
      {"start to first line of luge version", 1e3 * measure(start_once, seconds, 11).median, "ms", 50});
  for (const char* name : {"lenet_b64", "resnet18_cifar_b128"}) {
    const auto& all = workloads();
    if (std::any_of(all.begin(), all.end(), [&](const Workload& w) { return w.name == name; }))
      figures.push_back(
          {std::string("compile the step of ") + name, 1e3 * compile_seconds(name), "ms", 2000});
  }
  figures.push_back({"call of a compiled function", 1e6 * call_seconds(seconds), "us", 5});
  figures.push_back(
      {fmt::format("empty region of {} threads", thread_count()), 1e6 * region_seconds(seconds), "us", 0});
  const Eager eager = eager_lenet(seconds);
  figures.push_back({"look-up of an eager lenet step", 1e6 * eager.lookup, "us", 50});
  figures.push_back({"eager lenet step, batch 1", 1e6 * eager.step, "us", 0});
  figures.push_back({"the same compiled", 1e6 * eager.compiled, "us", 0});
  figures.push_back({"growth over 9,000 steps", growth_bytes() / 1024, "KiB", 64});
  for (const char* name : {"mlp_b64", "lenet_b64", "cnn64_b550"})
    figures.push_back(
        {fmt::format("{}: 1 thread / {}", name, thread_count()), speedup(name, seconds), "x", 0});
  return figures;
}

}  // namespace luge::cli::bench
