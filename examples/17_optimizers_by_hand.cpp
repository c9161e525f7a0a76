// The exponentially weighted average with and without bias correction, and momentum, RMSProp and Adam written
// out against the optimizers of Luge.
//
// Prints:
//   day 1: 10 degrees, average 1, corrected 10
//   day 2: 12 degrees, average 2.1, corrected {11.0526..11.0527}
//   day 50: {10..30} degrees, average {14..22}, corrected {14..22}
//   beta 0.9: 10 days ago counts {0.3486..0.3487} of today, 1/e is {0.3678..0.3679}
//   beta 0.98: 50 days ago counts {0.3641..0.3642} of today, 1/e is {0.3678..0.3679}
//   momentum after 30 steps: {0..1e-15} apart
//   momentum as an average after 30 steps: {0..1e-15} apart
//   RMSProp after 30 steps: {0..1e-14} apart
//   Adam after 30 steps: {0..1e-14} apart
//   the first step of Adam: 0.1 0.1
#include <luge/luge.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <utility>

using namespace luge;

// A narrow valley: the second coordinate is 50 times as steep as the first.
Tensor steepness() { return tensor({1.0, 50.0}, {2}); }
Tensor begin() { return tensor({4.0, 1.0}, {2}); }
Tensor height(const Tensor& w) { return sum(steepness() * square(w)) / 2; }

// Walks 30 steps by the optimizer and 30 by `update`, from the gradient and the step to the change of w.
void compare(const std::string& what, const optim::Optimizer& optimizer,
             const std::function<Tensor(const Tensor& gradient, int step)>& update) {
  Variable w(begin(), "w");
  Tensor by_hand = begin();
  for (int t = 1; t <= 30; ++t) {
    optimizer.step({w}, grad(height(w), Variables{w}));
    by_hand = by_hand - update(steepness() * by_hand, t);
    eval({by_hand});
  }
  std::cout << what << " after 30 steps: " << max(abs(w.value() - by_hand)).item<double>() << " apart\n";
}

int main() {
  // v ← β·v + (1-β)·θ: today counts 1-β, a day n days ago (1-β)·βⁿ. v begins at 0, which the division by 1-βᵗ
  // makes up for. The corrected value is only read; v itself goes on uncorrected.
  const double beta = 0.9;
  double v = 0;
  for (int day = 1; day <= 50; ++day) {
    const double degrees = day == 1 ? 10 : day == 2 ? 12 : 18 + 6 * std::sin(day / 3.0);
    v = beta * v + (1 - beta) * degrees;
    if (day <= 2 || day == 50)
      std::cout << "day " << day << ": " << degrees << " degrees, average " << v << ", corrected "
                << v / (1 - std::pow(beta, day)) << '\n';
  }
  // About the last 1/(1-β) days count: there the weight is down to 1/e of today's.
  for (const auto& [decay, ago] : {std::pair{0.9, 10}, {0.98, 50}})
    std::cout << "beta " << decay << ": " << ago << " days ago counts " << std::pow(decay, ago)
              << " of today, 1/e is " << std::exp(-1) << '\n';

  const double rate = 0.02;
  Tensor sum = zeros({2}, f64);
  compare("momentum", optim::Momentum(rate, {.momentum = 0.9}), [&](const Tensor& g, int) {
    sum = 0.9 * sum + g;
    return rate * sum;
  });

  Tensor average = zeros({2}, f64);
  compare("momentum as an average",
          optim::Momentum(rate, {.momentum = 0.9, .accumulate = optim::Accumulate::average}),
          [&](const Tensor& g, int) {
            average = 0.9 * average + (1 - 0.9) * g;
            return rate * average;
          });

  Tensor squares = zeros({2}, f64);
  compare("RMSProp", optim::RMSProp(rate, {.rho = 0.9, .epsilon = 1e-8}), [&](const Tensor& g, int) {
    squares = 0.9 * squares + (1 - 0.9) * square(g);
    return rate * g / (sqrt(squares) + 1e-8);
  });

  Tensor first = zeros({2}, f64), second = zeros({2}, f64);
  const auto adam = [&](const Tensor& g, int t) {
    first = 0.9 * first + (1 - 0.9) * g;
    second = 0.999 * second + (1 - 0.999) * square(g);
    const Tensor m = first / (1 - std::pow(0.9, t)), s = second / (1 - std::pow(0.999, t));
    return rate * m / (sqrt(s) + 1e-8);
  };
  compare("Adam", optim::Adam(rate), adam);

  // With the correction the first step of Adam has the length of the rate, however steep the slope is.
  Variable w(begin(), "w");
  optim::Adam(0.1).step({w}, grad(height(w), Variables{w}));
  const auto step = (begin() - w.value()).to_vector<double>();
  std::cout << "the first step of Adam: " << step[0] << ' ' << step[1] << '\n';
}
