// A line through 20 noisy points, three times: by the normal equations, by gradient steps graph first, and by
// gradient steps on a layer. Gradient steps come as close to the exact answer as one waits for.
//
// Prints:
//   normal equations: y = {0.2..0.3} x + {2.6..3.4}
//   graph first, 1000 steps: {1e-6..0.05} away
//   graph first, 6000 steps: {0..1e-8} away
//   layer, 1000 steps: {1e-6..0.05} away
//   layer, 6000 steps: {0..1e-8} away
#include <luge/luge.h>

#include <algorithm>
#include <cmath>
#include <iostream>

using namespace luge;

int main() {
  random::seed(12);
  const Tensor position = arange(0, 20, 1, f64) / 19;  // from 0 to 1
  const Tensor xs = reshape(12 * position, {20, 1});
  const Tensor ys = 3 + 3 * position + random::normal({20}, 0, 0.4, f64);

  // Least squares: the w that minimizes |A·w - y|² solves (AᵀA)·w = Aᵀy. A column of ones is for the bias.
  const Tensor a = concat({xs, ones({20, 1}, f64)}, 1);
  const auto exact =
      solve(matmul(transpose(a), a), matmul(transpose(a), reshape(ys, {20, 1}))).to_vector<double>();
  std::cout << "normal equations: y = " << exact[0] << " x + " << exact[1] << '\n';
  const auto away = [&](const Tensor& w, const Tensor& b) {
    return std::max(std::abs(w.item<double>() - exact[0]), std::abs(b.item<double>() - exact[1]));
  };

  // Graph first: describe the computation, then feed a session.
  Tensor x = graph::placeholder(f64, {20, 1}, "x"), y = graph::placeholder(f64, {20}, "y");
  Variable w(random::normal({1, 1}, 0, 1, f64), "w"), b(random::normal({1, 1}, 0, 1, f64), "b");
  Tensor prediction = matmul(x, w) + b;
  Tensor cost = mean(square(prediction - reshape(y, {20, 1})));
  auto step = optim::GradientDescent(0.01).minimize(cost);

  graph::Session session;
  session.run(graph::initialize_all());
  for (int i = 1; i <= 6000; ++i) {
    session.run({step}, {{x, xs}, {y, ys}});
    if (i == 1000 || i == 6000)
      std::cout << "graph first, " << i << " steps: " << away(session.value(w), session.value(b))
                << " away\n";
  }

  // The same with a layer: it makes weight and bias, and the loss is an object.
  nn::Linear line(1);
  line.build({1}, f64);
  optim::GradientDescent descent(0.01);
  auto train = compile([&](Tensor in, Tensor target) {
    Tensor loss = loss::MSE()(line(in), target);
    descent.step(line.parameters(), grad(loss, line.parameters()));
    return loss;
  });
  for (int i = 1; i <= 6000; ++i) {
    train(xs, reshape(ys, {20, 1}));
    if (i == 1000 || i == 6000)
      std::cout << "layer, " << i << " steps: " << away(line.weight, line.bias) << " away\n";
  }
}
