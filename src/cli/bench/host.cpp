#include "cli/bench/micro.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/loss/loss.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"

namespace luge::cli::bench {

void host_steps(bool compiled, std::size_t count) {
  const nn::Model net = nn::sequential(nn::Linear(4), nn::Relu(), nn::Linear(4), nn::Relu(), nn::Linear(3));
  net->build({4});
  const optim::Adam adam(1e-3);
  const loss::SoftmaxCrossEntropy loss_of;
  const Variables parameters = net->parameters();
  adam.hold(net->named_parameters());
  const auto step = [&](const Tensor& x, const Tensor& y) {
    const Tensor loss = loss_of(net(x), y);
    adam.step(parameters, grad(loss, parameters));
    return loss;
  };
  const auto program = compile(step);
  const std::vector<float> pictures(8, 0.5F);
  const std::vector<std::int64_t> labels = {0, 2};
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor x = tensor(pictures, {2, 4}), y = tensor(labels, {2});
    (compiled ? program(x, y) : step(x, y)).item<float>();
  }
}

}  // namespace luge::cli::bench
