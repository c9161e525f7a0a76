// Back-propagation written out for a network of two layers, against grad(); the gradient check with all
// parameters in one vector; and what happens when all weights begin equal. Samples are columns.
//
// Prints:
//   dW1 by hand and by grad: {0..1e-15} apart
//   db1 by hand and by grad: {0..1e-15} apart
//   dW2 by hand and by grad: {0..1e-15} apart
//   db2 by hand and by grad: {0..1e-15} apart
//   gradient check over 21 numbers: {0..1e-7}
//   the same with a forgotten factor: {0.01..1}
//   random weights: loss {0.6..0.9} -> {0..0.05}, units {0.01..20} apart
//   equal weights: loss {0.6..0.9} -> {0.4..0.7}, units 0 apart
#include <luge/luge.h>

#include <iostream>
#include <string>

using namespace luge;

constexpr std::int64_t m = 8;  // samples

struct Network {
  Tensor w1, b1, w2, b2;  // [4,3], [4,1], [1,4], [1,1]
  Tensors all() const { return {w1, b1, w2, b2}; }
};

// The mean cross-entropy of sigmoid(W2·tanh(W1·X + b1) + b2).
Tensor cost(const Network& net, const Tensor& x, const Tensor& y) {
  const Tensor a1 = tanh(matmul(net.w1, x) + net.b1), a2 = sigmoid(matmul(net.w2, a1) + net.b2);
  return -mean(y * log(a2) + (1 - y) * log(1 - a2));
}

// The formulas, from the last layer to the first.
Tensors backward(const Network& net, const Tensor& x, const Tensor& y, bool forget = false) {
  const Tensor a1 = tanh(matmul(net.w1, x) + net.b1), a2 = sigmoid(matmul(net.w2, a1) + net.b2);
  const Tensor dz2 = a2 - y;
  const Tensor dw2 = matmul(dz2, transpose(a1)) / m, db2 = sum(dz2, 1, Keep::yes) / m;
  const Tensor slope = forget ? a1 : 1 - square(a1);  // tanh'(z) is 1 - tanh²(z), not tanh(z)
  const Tensor dz1 = matmul(transpose(net.w2), dz2) * slope;
  return {matmul(dz1, transpose(x)) / m, sum(dz1, 1, Keep::yes) / m, dw2, db2};
}

Tensor in_a_row(const Tensors& parts) {
  Tensors rows;
  for (const Tensor& part : parts) rows.push_back(flatten(part));
  return concat(rows);
}

Network from_row(const Tensor& theta) {
  const auto part = [&](std::int64_t from, const Shape& shape) {
    return reshape(slice(theta, 0, from, from + shape.elements()), shape);
  };
  return {part(0, {4, 3}), part(12, {4, 1}), part(16, {1, 4}), part(20, {1, 1})};
}

// |numeric - analytic| / (|numeric| + |analytic|), the numeric gradient from both sides of each element.
double check(const Tensor& theta, const Tensor& analytic, const Tensor& x, const Tensor& y) {
  std::vector<double> numeric;
  for (std::int64_t i = 0; i < theta.elements(); ++i) {
    const Tensor move = 1e-6 * one_hot(tensor<std::int64_t>({i}, {}), theta.elements(), f64);
    numeric.push_back(
        ((cost(from_row(theta + move), x, y) - cost(from_row(theta - move), x, y)) / 2e-6).item<double>());
  }
  const Tensor n = tensor(numeric, {theta.elements()});
  return (norm(n - analytic) / (norm(n) + norm(analytic))).item<double>();
}

void descend(const std::string& what, Network net, const Tensor& x, const Tensor& y) {
  std::cout << what << ": loss " << cost(net, x, y).item<double>() << " -> ";
  for (int step = 0; step < 600; ++step) {
    const Tensors g = backward(net, x, y);
    net = {net.w1 - g[0], net.b1 - g[1], net.w2 - g[2], net.b2 - g[3]};
    eval(net.all());
  }
  const Tensor apart = max(max(net.w1, 0) - min(net.w1, 0));  // over the units, which are rows
  std::cout << cost(net, x, y).item<double>() << ", units " << apart.item<double>() << " apart\n";
}

int main() {
  random::seed(2);
  // Eight corners of a cube; yes when an odd number of coordinates is 1.
  const Tensor x =
      tensor<double>({0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1}, {3, m});
  const Tensor y = tensor<double>({0, 1, 1, 0, 1, 0, 0, 1}, {1, m});
  const Network net = {random::normal({4, 3}, 0, 1, f64), zeros({4, 1}, f64),
                       random::normal({1, 4}, 0, 1, f64), zeros({1, 1}, f64)};

  const Tensors by_hand = backward(net, x, y), by_grad = grad(cost(net, x, y), net.all());
  const std::string names[] = {"dW1", "db1", "dW2", "db2"};
  for (std::size_t i = 0; i < by_hand.size(); ++i)
    std::cout << names[i] << " by hand and by grad: " << max(abs(by_hand[i] - by_grad[i])).item<double>()
              << " apart\n";

  const Tensor theta = in_a_row(net.all());
  std::cout << "gradient check over " << theta.elements()
            << " numbers: " << check(theta, in_a_row(by_hand), x, y) << '\n';
  std::cout << "the same with a forgotten factor: " << check(theta, in_a_row(backward(net, x, y, true)), x, y)
            << '\n';

  // Equal weights get equal gradients, so that four units stay one. Biases may begin as zeros.
  descend("random weights", net, x, y);
  descend("equal weights", {full({4, 3}, 0.5, f64), net.b1, full({1, 4}, 0.5, f64), net.b2}, x, y);
}
