// Batch normalization by its four formulas against the op and the layer; and inputs that are normalized with
// the mean and the deviation of the training part.
//
// Prints:
//   by hand and by the op: {0..1e-14} apart
//   the layer in train mode: {0..1e-14} apart
//   running mean of the first channel: {0.8..1.2}, of the batch {4..6}
//   training part: mean {-1e-5..1e-5}, deviation {0.999..1.001}
//   test part: mean {-0.5..0.5}, deviation {0.7..1.3}
//   gradient steps to an error of 0.01: {500..20000} as measured, {2..40} normalized
#include <luge/luge.h>

#include <cmath>
#include <iostream>

using namespace luge;

double apart(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item<double>(); }

// How many steps of gradient descent, at the rate that goes best for x, find weights with a small error.
int steps_needed(const Tensor& x, const Tensor& y) {
  const Tensor with_one = concat({x, ones({x.extent(0), 1}, f64)}, 1);
  const double curvature = sum(square(with_one)).item<double>() / static_cast<double>(x.extent(0));
  Variable w(zeros({3, 1}, f64), "w");
  optim::GradientDescent descent(1 / curvature);
  auto step = compile([&] {
    Tensor error = mean(square(matmul(with_one, w) - y));
    descent.step({w}, grad(error, Variables{w}));
    return error;
  });
  for (int count = 1;; ++count)
    if (step().item<double>() < 0.01 || count == 20000) return count;
}

int main() {
  random::seed(8);

  // 64 samples with 3 channels, whose mean is 5 and whose deviation is 2.
  const Tensor x = random::normal({64, 3}, 5, 2, f64);
  const Tensor gamma = tensor({1.0, 2.0, 0.5}, {3}), beta = tensor({0.0, -1.0, 3.0}, {3});
  const double epsilon = 1e-5;
  const Tensor mu = mean(x, 0);                               // 1. the mean of the batch
  const Tensor variance = mean(square(x - mu), 0);            // 2. its variance, divided by the count
  const Tensor normal = (x - mu) / sqrt(variance + epsilon);  // 3. mean 0 and variance 1
  const Tensor y = gamma * normal + beta;                     // 4. scale and shift, which are learned
  std::cout << "by hand and by the op: " << apart(y, batch_norm(x, gamma, beta, epsilon).y) << " apart\n";

  nn::BatchNorm layer;
  std::cout << "the layer in train mode: " << apart(normal, layer(x)) << " apart\n";
  std::cout << "running mean of the first channel: " << 2 * layer.running_mean.value()[0].item<double>()
            << ", of the batch " << mu[0].item<double>() << '\n';

  // Two features, one of them ten times as large as the other. What is measured on the training part is
  // applied to the test part, whose own mean would be another one.
  const Tensor small = random::normal({250, 1}, 1, 1), large = random::normal({250, 1}, 30, 10);
  const auto both = data::tensors(concat({small, large}, 1), small + large / 10);
  const data::Dataset train = both.take(200), test = both.skip(200);
  const data::Affine scaling = data::fit_scaling(train, data::Scaling::standardize);
  const auto inputs = [](const data::Dataset& part) { return (*part.batch(250).begin()).input; };
  const auto say = [&](const char* what, const data::Dataset& part) {
    const Tensor column = slice(inputs(part.affine(scaling)), 1, 1, 2);
    std::cout << what << ": mean " << mean(column).item<float>() << ", deviation "
              << luge::std(column, {}, Keep::no, 0).item<float>() << '\n';
  };
  say("training part", train);
  say("test part", test);

  // Features of one size make a round bowl of the loss, down which the gradient leads straight.
  const Tensor target = cast((*train.batch(200).begin()).target, f64);
  std::cout << "gradient steps to an error of 0.01: " << steps_needed(cast(inputs(train), f64), target)
            << " as measured, " << steps_needed(cast(inputs(train.affine(scaling)), f64), target)
            << " normalized\n";
}
