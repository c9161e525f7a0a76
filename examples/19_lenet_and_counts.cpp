// A LeNet of sigmoids and largest values, layer by layer, and the rules for parameters, connections, neurons
// and multiply-adds against the summary. Needs the Debian package dataset-fashion-mnist.
//
// Prints:
//   Conv2d 5x5 [N,6,24,24] 156
//   MaxPool2d 2x2 [N,6,12,12] 0
//   Conv2d 5x5 [N,16,8,8] 2416
//   Conv2d 4x4 [N,120,1,1] 30840
//   Linear 64 [N,64] 7744
//   Linear 10 [N,10] 650
//   in all 41806 parameters
//   3x3, 3 to 64 channels, 224x224: 1792 parameters, 86704128 multiply-adds
//   5x5, 1 to 6 channels, 28x28: 156 parameters, 122304 connections, 4704 neurons
//   trainable pooling of 6 maps: 12 parameters, 5880 connections
//   fully connected 784, 100, 10: 79510 parameters
//   every rule holds: true
//   loss: {0.4..1.5} - accuracy: {0.5..0.85} (2000 samples)
#include <luge/luge.h>

#include <iostream>

using namespace luge;

bool every_rule_holds = true;

std::int64_t agree(std::int64_t rule, std::int64_t counted) {
  every_rule_holds = every_rule_holds && rule == counted;
  return rule;
}

int main() {
  random::seed(7);
  auto lenet = nn::sequential(nn::Conv2d(6, {.kernel = 5}), nn::Sigmoid(), nn::MaxPool2d(2), nn::Sigmoid(),
                              nn::Conv2d(16, {.kernel = 5}), nn::MaxPool2d(2), nn::Conv2d(120, {.kernel = 4}),
                              nn::Flatten(), nn::Linear(64), nn::Sigmoid(), nn::Linear(10));
  const nn::Summary sizes = nn::summary(lenet, {1, 28, 28});
  for (const nn::LayerSummary& layer : sizes.layers)
    std::cout << layer.type << ' ' << layer.output.to_string() << ' ' << layer.parameters << '\n';
  std::cout << "in all " << sizes.parameters << " parameters\n";

  // A convolution has k·k·in·out weights and one bias for each filter. Each output number takes k·k·in
  // multiply-adds; the biases are not among them.
  const auto wide =
      nn::summary(nn::sequential(nn::Conv2d(64, {.kernel = 3, .padding = nn::same})), {3, 224, 224});
  std::cout << "3x3, 3 to 64 channels, 224x224: " << agree(3 * 3 * 3 * 64 + 64, wide.parameters)
            << " parameters, " << agree(224 * 224 * 64 * 3 * 3 * 3, wide.macs) << " multiply-adds\n";

  // A connection leads from each input of a window, and from the bias, to one neuron. The shorter rule
  // filters·(k·k + 1) is that of one input channel.
  const auto c1 = nn::summary(nn::sequential(nn::Conv2d(6, {.kernel = 5, .padding = nn::same})), {1, 28, 28});
  std::cout << "5x5, 1 to 6 channels, 28x28: " << agree(6 * (5 * 5 + 1), c1.parameters) << " parameters, "
            << agree(6 * (5 * 5 + 1) * 28 * 28, c1.connections) << " connections, "
            << agree(6 * 28 * 28, c1.layers[0].neurons) << " neurons\n";

  // Pooling as in 1998: the sum of four, times a coefficient, plus a bias: 1 + 1 parameters a map. The
  // largest value and the mean have none.
  const auto s2 = nn::summary(nn::sequential(nn::TrainableSubsampling()), {6, 28, 28});
  std::cout << "trainable pooling of 6 maps: " << agree(6 * (1 + 1), s2.parameters) << " parameters, "
            << agree(6 * (2 * 2 + 1) * 14 * 14, s2.connections) << " connections\n";

  // Fully connected: each neuron with all before it and a bias.
  const auto mlp = nn::summary(nn::sequential(nn::Linear(100), nn::Sigmoid(), nn::Linear(10)), {784});
  std::cout << "fully connected 784, 100, 10: " << agree((784 * 100 + 100) + (100 * 10 + 10), mlp.parameters)
            << " parameters\n";
  std::cout << "every rule holds: " << std::boolalpha << every_rule_holds << '\n';

  auto [train, test] = data::fashion_mnist();
  train::Trainer trainer(lenet, loss::SoftmaxCrossEntropy(), optim::Adam(5e-3),
                         {.metrics = {metrics::Accuracy()}});
  trainer.fit(train.take(6000).shuffle().batch(50), {.epochs = 2});
  std::cout << trainer.evaluate(test.take(2000).batch(250)) << '\n';
}
