#include "cli/bench/micro.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"

namespace luge::cli::bench {

// Without matrix products, whose libraries do more on their way in than all of this.
void host_steps(bool compiled, std::size_t count) {
  constexpr int layers = 3;
  Variables parameters;
  for (int k = 0; k < layers; ++k) {
    parameters.emplace_back(full({4}, 0.5), "scale");
    parameters.emplace_back(full({4}, 0.1), "shift");
  }
  const optim::Adam adam(1e-3);
  const auto step = [&](const Tensor& x, const Tensor& target) {
    Tensor y = x;
    for (std::size_t k = 0; k < parameters.size(); k += 2)
      y = relu(y * parameters[k].value() + parameters[k + 1].value());
    const Tensor loss = mean(square(y - target));
    adam.step(parameters, grad(loss, parameters));
    return loss;
  };
  const auto program = compile(step);
  const std::vector<float> numbers = {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F};
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor x = tensor(numbers, {2, 4}), target = tensor(numbers, {2, 4});
    (compiled ? program(x, target) : step(x, target)).item<float>();
  }
}

}  // namespace luge::cli::bench
