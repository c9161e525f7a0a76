// A network from layers, a Trainer around it, a file at the end: LeNet-5 on Fashion-MNIST, one epoch.
// Needs the Debian package dataset-fashion-mnist. Takes a few seconds on two cores.
//
// Prints:
//   loss: {0.3..0.7} - accuracy: {0.75..0.88} (10000 samples)
//   saved lenet5.safetensors
#include <luge/luge.h>

#include <iostream>

using namespace luge;

int main() {
  random::seed(42);
  auto [train, test] = data::fashion_mnist();
  auto [fit, valid] = train.split(0.9);  // choose on the validation part; the test part is looked at once

  auto lenet =
      nn::sequential(nn::Conv2d(6, {.kernel = 5, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                     nn::Conv2d(16, {.kernel = 5}), nn::Relu(), nn::MaxPool2d(2),  //
                     nn::Flatten(), nn::Linear(120), nn::Relu(), nn::Linear(84), nn::Relu(), nn::Linear(10));

  train::Trainer trainer(lenet, loss::SoftmaxCrossEntropy(), optim::Adam(1e-3),
                         {.metrics = {metrics::Accuracy()}});
  trainer.fit(fit.shuffle().batch(64), {.epochs = 1, .validation = valid.batch(256)});

  std::cout << trainer.evaluate(test.batch(256)) << '\n';
  lenet.save("lenet5.safetensors");  // graph, weights, class names, preprocessing
  std::cout << "saved lenet5.safetensors\n";
}
