// A convolutional network for handwritten digits, graph first, all in float64: built from Variables and ops,
// trained with a fed dropout, saved after each round, restored by another process. Without MNIST, whose
// folder LUGE_DATA names, it takes Fashion-MNIST. Arguments: rounds, steps in a round, batch; or "test", a
// file and the number of samples. The original asked for 10 rounds of 100 batches of 550, which take about
// half an hour on two cores.
//
// Prints:
//   round 0: loss {10..100}
//   round 1: loss {5..50}
//   saved model-1.safetensors
//
// Prints with test model-1.safetensors 500:
//   500 samples, {0.13..0.6} right
//
// Prints slowly with 10 10 100:
//   round 9: loss {0.5..6}
//   saved model-9.safetensors
//
// Prints slowly with test model-9.safetensors:
//   2000 samples, {0.5..0.85} right
#include <luge/luge.h>

#include <iostream>
#include <string>

using namespace luge;

Variable weights(const Shape& shape, const std::string& name) {
  return Variable(random::normal(shape, 0, 0.1, f64),
                  name);  // mean 0 and standard deviation 0.1: variance 0.01
}

data::TrainTest digits() {
  try {
    return data::mnist();
  } catch (const FileError&) {
    return data::fashion_mnist();
  }
}

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  random::seed(9);
  auto [all, test] = digits();

  Tensor x = graph::placeholder(f64, {unknown, 784}, "x"), y = graph::placeholder(f64, {unknown, 10}, "y");
  Tensor keep = graph::placeholder(f64, {}, "keep");
  const ConvOptions same = {.padding = PaddingMode::same};

  Variable k1 = weights({64, 1, 3, 3}, "k1"), b1 = weights({64}, "b1");
  Tensor a1 = relu(max_pool2d(conv2d(reshape(x, {-1, 1, 28, 28}), k1, b1, same)));
  Variable k2 = weights({64, 64, 3, 3}, "k2"), b2 = weights({64}, "b2");
  Tensor a2 = sigmoid(max_pool2d(conv2d(a1, k2, b2, same)));
  Variable w3 = weights({3136, 1024}, "w3"), b3 = weights({1024}, "b3");
  Tensor a3 = dropout(matmul(flatten(a2, 1), w3) + b3, keep);  // no activation here
  Variable w4 = weights({1024, 10}, "w4"), b4 = weights({10}, "b4");
  Tensor probability = softmax(matmul(a3, w4) + b4);

  Tensor cost = mean(sum(y * log(1 / probability), -1));
  const Variables trained = {k1, b1, k2, b2, w3, b3, w4, b4};
  graph::Session session;

  const auto feeds = [&](const data::HostBatch& host, double kept) {
    const auto [images, labels] = host.to_tensors();
    return std::vector<graph::Feed>{
        {x, cast(flatten(images, 1), f64)}, {y, one_hot(labels, 10, f64)}, {keep, scalar(kept, f64)}};
  };

  if (given.size() >= 2 && given[0] == "test") {
    const int samples = given.size() > 2 ? std::stoi(given[2]) : 2000;
    graph::Saver({.variables = trained}).restore(session, given[1]);
    int right = 0;
    auto batches = test.take(samples).batch(250).epoch(0);
    while (auto batch = batches.next()) {
      const auto fed = feeds(*batch, 1.0);
      const Tensor answers = argmax(session.run(probability, fed), -1);
      right += sum(cast(equal(answers, argmax(fed[1].second, -1)), i32)).item<int>();
    }
    std::cout << samples << " samples, " << 1.0 * right / samples << " right\n";
    return 0;
  }

  const int rounds = given.size() > 0 ? std::stoi(given[0]) : 2,
            steps = given.size() > 1 ? std::stoi(given[1]) : 16;
  const int batch = given.size() > 2 ? std::stoi(given[2]) : 12;
  const data::Dataset train = all.take(55000);
  auto batches = data::repeat(train.shuffle(), 1 + rounds * steps * batch / 55000).batch(batch).epoch(0);

  auto step = optim::Adam(1e-3).minimize(cost);
  graph::Saver saver({.max_to_keep = rounds, .variables = trained});  // by default the last 5 would be kept
  session.run(graph::initialize_all());
  for (int round = 0; round < rounds; ++round) {
    double loss = 0;
    for (int i = 0; i < steps; ++i)
      loss += session.run({step, cost}, feeds(*batches.next(), 0.5))[1].item<double>() / steps;
    std::cout << "round " << round << ": loss " << loss << '\n';
    std::cout << "saved " << saver.save(session, "model", round).filename().string() << std::endl;
  }
}
