// A network of two layers under name scopes, trained graph first, with summaries that TensorBoard shows: the
// loss, histograms of the weights, the pictures that were fed, and the graph, whose scopes fold. Afterwards
// `tensorboard --logdir two_layers` shows it, and the events are read back.
//
// Prints:
//   step 0: loss {1.8..3}
//   step 60: loss {0.4..1.1}
//   61 losses, the last {0.3..1.2}
//   scopes: hidden output loss training
#include <luge/luge.h>

#include <filesystem>
#include <iostream>
#include <set>

using namespace luge;

// Weights and biases are made in the scope of their layer. `kept` keeps them alive.
Tensor layer(Variables& kept, const std::string& name, const Tensor& x, std::int64_t inputs,
             std::int64_t outputs) {
  const graph::NameScope scope(name);
  Variable weight(random::normal({inputs, outputs}, 0, 0.05), "weight");
  Variable bias(zeros({outputs}), "bias");
  summary::histogram("weight", weight);
  kept.insert(kept.end(), {weight, bias});
  return matmul(x, weight) + bias;
}

int main() {
  std::filesystem::remove_all("two_layers");
  random::seed(1);
  auto [train, test] = data::fashion_mnist();
  auto batches = train.shuffle().batch(100).epoch(0);

  Tensor x = graph::placeholder(f32, {unknown, 1, 28, 28}, "pictures");
  Tensor y = graph::placeholder(i64, {unknown}, "labels");
  Variables kept;
  Tensor hidden = relu(layer(kept, "hidden", flatten(x, 1), 784, 64));
  Tensor logits = layer(kept, "output", hidden, 64, 10);
  Tensor loss;
  {
    const graph::NameScope scope("loss");
    loss = loss::SoftmaxCrossEntropy()(logits, y);
  }
  summary::scalar("loss", loss);
  summary::image("pictures", x, 2);
  Tensor merged = summary::merge_all();
  auto step = optim::Adam(1e-3).minimize(loss);

  graph::Session session;
  session.run(graph::initialize_all());
  summary::FileWriter writer("two_layers", {loss, step});
  for (int i = 0; i <= 60; ++i) {
    auto [images, labels] = batches.next()->to_tensors();
    auto computed = session.run({merged, loss, step}, {{x, images}, {y, labels}});
    writer.add_summary(computed[0], i);
    if (i % 60 == 0) std::cout << "step " << i << ": loss " << computed[1].item<float>() << '\n';
  }
  writer.flush();

  int losses = 0;
  double last = 0;
  for (const io::Event& event : io::read_events("two_layers")) {
    for (const io::LoggedValue& value : event.values) {
      if (value.tag == "loss") ++losses, last = std::get<double>(value.value);
    }
  }
  std::cout << losses << " losses, the last " << last << '\n';
  std::vector<std::string> scopes;
  for (const io::GraphNode& node : io::graph_of({loss, step})) {
    const std::string scope = node.name.substr(0, node.name.find('/'));
    if (scope != node.name && std::find(scopes.begin(), scopes.end(), scope) == scopes.end())
      scopes.push_back(scope);
  }
  std::cout << "scopes:";
  for (const std::string& scope : scopes) std::cout << ' ' << scope;
  std::cout << '\n';
}
