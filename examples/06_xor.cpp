// The smallest problem that one neuron cannot solve: exclusive or, with two hidden neurons.
//
// Prints:
//   0 xor 0 = 0
//   0 xor 1 = 1
//   1 xor 0 = 1
//   1 xor 1 = 0
#include <luge/luge.h>

#include <cmath>
#include <iostream>

using namespace luge;

int main() {
  random::seed(1);
  auto net = nn::sequential(nn::Linear(2), nn::Tanh(), nn::Linear(1), nn::Sigmoid());
  Tensor x = tensor<float>({0, 0, 0, 1, 1, 0, 1, 1}, {4, 2});
  Tensor y = tensor<float>({0, 1, 1, 0}, {4, 1});
  net.build({2});

  optim::Adam adam(0.05);
  auto step = compile([&](Tensor in, Tensor target) {
    Tensor loss = mean(square(net(in) - target));
    adam.step(net.parameters(), grad(loss, net.parameters()));
    return loss;
  });
  for (int i = 0; i < 2000; ++i) step(x, y);

  const auto answers = net(x).to_vector<float>(), inputs = x.to_vector<float>();
  for (std::size_t i = 0; i < 4; ++i) {
    std::cout << inputs[2 * i] << " xor " << inputs[2 * i + 1] << " = " << std::round(answers[i]) << '\n';
  }
}
