// Logistic regression, one answer yes or no, and softmax regression, one of ten classes: graph first and from
// layers. Needs the Debian package dataset-fashion-mnist.
//
// Prints:
//   softmax(-1, 2, 3) = f64[3] {{0.01315..0.01325}, {0.26535..0.26545}, {0.72135..0.72145}}
//   graph first: accuracy: {0.94..0.99}
//   layer: loss: {0.02..0.2} - accuracy: {0.94..0.99} (2000 samples)
//   ten classes: loss: {0.4..0.8} - accuracy: {0.75..0.86} (10000 samples)
#include <luge/luge.h>

#include <iostream>

using namespace luge;

// Only the pictures of trousers (label 1) and dresses (label 3). The answer is 1 for a dress.
data::Dataset trousers_and_dresses(const data::Dataset& all) {
  return all
      .where_true([](const data::Record& record) {
        const auto label = record["target"].as<std::int64_t>()[0];
        return label == 1 || label == 3;
      })
      .map([](data::Sample sample) {
        sample.target.as<std::int64_t>()[0] = sample.target.as<std::int64_t>()[0] == 3;
        return sample;
      });
}

int main() {
  random::seed(5);
  std::cout << "softmax(-1, 2, 3) = " << softmax(tensor({-1.0, 2.0, 3.0}, {3})) << '\n';

  auto [train, test] = data::fashion_mnist();
  const auto two = trousers_and_dresses(train.take(20000)), two_test = trousers_and_dresses(test);

  // Graph first. The probability is the sigmoid of one number; W and b begin as zeros.
  Tensor x = graph::placeholder(f32, {unknown, 784}, "x"), y = graph::placeholder(f32, {unknown, 1}, "y");
  Variable W(zeros({784, 1}), "W"), b(zeros({1}), "b");
  Tensor dress = sigmoid(matmul(x, W) + b);
  Tensor cost = mean(binary_cross_entropy(dress, y));
  auto step = optim::GradientDescent(0.1).minimize(cost);
  Tensor right = mean(cast(equal(greater(dress, 0.5f), greater(y, 0.5f)), f32));

  graph::Session session;
  session.run(graph::initialize_all());
  const auto feeds = [&](const Tensor& images, const Tensor& answers) {
    return std::vector<graph::Feed>{{x, flatten(images, 1)}, {y, reshape(cast(answers, f32), {-1, 1})}};
  };
  for (auto [images, answers] : two.shuffle().batch(50)) session.run({step}, feeds(images, answers));
  const auto [images, answers] = *two_test.batch(2000).begin();
  std::cout << "graph first: accuracy: " << session.run(right, feeds(images, answers)).item<float>() << '\n';

  // From layers: the loss takes logits, and the trainer walks through the batches.
  train::Trainer logistic(nn::sequential(nn::Flatten(), nn::Linear(1)), loss::BinaryCrossEntropy(),
                          optim::GradientDescent(0.1), {.metrics = {metrics::Accuracy()}});
  logistic.fit(two.shuffle().batch(50));
  std::cout << "layer: " << logistic.evaluate(two_test.batch(2000)) << '\n';

  train::Trainer softmax_regression(nn::sequential(nn::Flatten(), nn::Linear(10)),
                                    loss::SoftmaxCrossEntropy(), optim::GradientDescent(0.1),
                                    {.metrics = {metrics::Accuracy()}});
  softmax_regression.fit(train.take(20000).shuffle().batch(50));
  std::cout << "ten classes: " << softmax_regression.evaluate(test.batch(1000)) << '\n';
}
