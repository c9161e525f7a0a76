// How far float32 is from float64: the same weights and samples in both.
#include <cmath>

#include "cli/bench/step.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"

namespace luge::cli::bench {
namespace {

// Masks would differ from run to run.
void stop_dropout(const nn::Module& module) {
  if (module.type().find("Dropout") != std::string::npos) module.set_training(false);
  for (const auto& [name, child] : module.children()) stop_dropout(*child);
}

Tensor as(const Tensor& x, DType dtype) { return is_floating(x.dtype()) ? cast(x, dtype) : x; }

// All gradients, or the outputs, in float64.
std::vector<std::vector<double>> compute(const Contest& contest, DType dtype) {
  const nn::Model& net = contest.net();
  const HostBatch host = contest.host_batches(1)[0];
  const Tensor x = as(contest.input_of(host), dtype);
  Tensors wanted;
  if (contest.workload().trains) {
    const auto step = compile([&](const Tensor& in, const Tensor& target) {
      return grad(contest.loss(net(in), target), net->parameters());
    });
    wanted = step(x, as(contest.target_of(host), dtype));
  } else {
    wanted = {compile([&](const Tensor& in) { return net(in); })(x)};
  }
  std::vector<std::vector<double>> values;
  for (const Tensor& one : wanted) values.push_back(cast(one, f64).to_vector<double>());
  return values;
}

}  // namespace

double error(const Workload& workload) {
  const std::int64_t batch = std::min(workload.batch, workload.error_batch);
  const Contest single(workload, batch), exact(workload, batch, f64);
  stop_dropout(*single.net());
  stop_dropout(*exact.net());
  const Variables from = single.net()->parameters(), to = exact.net()->parameters();
  for (std::size_t i = 0; i < from.size(); ++i) Variable(to[i]).assign(cast(from[i].value(), f64));
  const auto found = compute(single, f32), wanted = compute(exact, f64);
  double difference = 0, length = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (std::size_t k = 0; k < wanted[i].size(); ++k) {
      difference += std::pow(found[i][k] - wanted[i][k], 2);
      length += std::pow(wanted[i][k], 2);
    }
  }
  return std::sqrt(difference / length);
}

}  // namespace luge::cli::bench
