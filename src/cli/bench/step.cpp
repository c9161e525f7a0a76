#include "cli/bench/step.h"

#include <algorithm>

#include "luge/autodiff.h"
#include "luge/optim/optimizers.h"

namespace luge::cli::bench {
namespace {

constexpr std::size_t host_batches = 8;

optim::Optimizer optimizer_of(const Workload& workload) {
  if (workload.momentum) return optim::Momentum(0.05, {.momentum = 0.9}, {.weight_decay = 5e-4});
  return optim::Adam(1e-3);
}

}  // namespace

Step::Step(const Workload& workload)
    : contest_(workload, workload.batch),
      optimizer_(optimizer_of(workload)),
      train_(compile([net = contest_.net(), this](const Tensor& x, const Tensor& y) {
        const Tensor loss = contest_.loss(net(x), y);
        const Variables parameters = net->parameters();
        optimizer_.step(parameters, grad(loss, parameters));
        return loss;
      })),
      infer_(compile([net = contest_.net()](const Tensor& x) { return net(x); })),
      data_(contest_.host_batches(host_batches)) {
  if (workload.trains) optimizer_.track(contest_.net()->named_parameters());
}

void Step::run() {
  const HostBatch& host = data_[count_++ % data_.size()];
  const Tensor x = contest_.input_of(host);
  if (contest_.workload().trains) {
    train_(x, contest_.target_of(host)).item<float>();
  } else {
    infer_(x).to_vector<float>();
  }
}

PlanInfo Step::plan() const {
  const Tensor x = contest_.input_of(data_[0]);
  return contest_.workload().trains ? train_.plan(x, contest_.target_of(data_[0])) : infer_.plan(x);
}

std::string Step::program() const {
  const Tensor x = contest_.input_of(data_[0]);
  return contest_.workload().trains ? train_.explain(x, contest_.target_of(data_[0])) : infer_.explain(x);
}

}  // namespace luge::cli::bench
