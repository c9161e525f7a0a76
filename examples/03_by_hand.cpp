// By hand: Variables, ops, one compiled step. No layers, no trainer.
// Needs the Debian package dataset-fashion-mnist.
//
// Prints:
//   step 0 loss {2.1..2.6}
//   step 900 loss {0.2..1.1}
//   traced {1..2} times
//   test accuracy {0.75..0.86}
#include <luge/luge.h>

#include <iostream>

using namespace luge;

int main() {
  random::seed(3);
  auto [train, test] = data::fashion_mnist();

  Variable w1(init::he_normal()({128, 784}), "w1"), b1(zeros({128}), "b1");
  Variable w2(init::he_normal()({10, 128}), "w2"), b2(zeros({10}), "b2");
  const Variables parameters = {w1, b1, w2, b2};
  auto net = [&](const Tensor& x) { return linear(relu(linear(flatten(x, 1), w1, b1)), w2, b2); };

  auto step = compile([&](Tensor x, Tensor y) {
    Tensor loss = mean(softmax_cross_entropy(net(x), y));
    const Tensors gradients = grad(loss, parameters);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      Variable parameter = parameters[i];
      parameter.assign(parameter - 0.1 * gradients[i]);
    }
    return loss;
  });

  int64_t count = 0;
  for (auto [x, y] : train.shuffle({.seed = 3}).batch(64)) {
    const Tensor loss = step(x, y);
    if (count % 300 == 0) std::cout << "step " << count << " loss " << loss.item<float>() << '\n';
    ++count;
  }
  std::cout << "traced " << step.traces() << " times\n";

  double right = 0;
  for (auto [x, y] : test.batch(500)) right += sum(cast(equal(argmax(net(x), 1), y), f32)).item<float>();
  std::cout << "test accuracy " << right / static_cast<double>(test.size()) << '\n';
}
