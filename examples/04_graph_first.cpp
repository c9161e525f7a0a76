// Graph first, as in TensorFlow 1: placeholders and Variables describe the computation, a Session runs it.
// Softmax regression on Fashion-MNIST, saved and restored. Needs the Debian package dataset-fashion-mnist.
//
// Prints:
//   accuracy before {0..0.3}
//   accuracy after {0.7..0.85}
//   saved model-300.safetensors
//   accuracy restored {0.7..0.85}
#include <luge/luge.h>

#include <iostream>

using namespace luge;

int main() {
  auto [train, test] = data::fashion_mnist();
  Tensor x = graph::placeholder(f32, {unknown, 784}, "x"), y_ = graph::placeholder(f32, {unknown, 10}, "y_");
  Variable W(zeros({784, 10}), "W"), b(zeros({10}), "b");
  Tensor y = softmax(matmul(x, W) + b);
  Tensor cross_entropy = -mean(sum(y_ * log(y), 1));
  auto train_step = optim::GradientDescent(0.1).minimize(cross_entropy);
  Tensor accuracy = mean(cast(equal(argmax(y, 1), argmax(y_, 1)), f32));

  const auto [pictures, labels] = *test.batch(10000).begin();
  const std::vector<graph::Feed> all = {{x, flatten(pictures, 1)}, {y_, one_hot(labels, 10)}};

  graph::Session session;  // owns its values
  session.run(graph::initialize_all());
  std::cout << "accuracy before " << session.run(accuracy, all).item<float>() << '\n';
  for (auto [images, targets] : train.shuffle().batch(100, {}).epoch(0)) {
    session.run({train_step}, {{x, flatten(images, 1)}, {y_, one_hot(targets, 10)}});
  }
  std::cout << "accuracy after " << session.run(accuracy, all).item<float>() << '\n';

  const auto file = graph::Saver().save(session, "model", 300);
  std::cout << "saved " << file.filename().string() << '\n';
  graph::Session another;
  graph::Saver().restore(another, file);
  std::cout << "accuracy restored " << another.run(accuracy, all).item<float>() << '\n';
}
