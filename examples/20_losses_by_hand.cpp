// Losses as short formulas over tensors, against the classes of Luge.
//
// Prints:
//   MSE f64[2] {{0.4166..0.4167}, {0.0208..0.0209}}, as the class: true
//   MAE f64[2] {0.5, {0.0833..0.0834}}, as the class: true
//   MSLE f64[2] {{0.0170..0.0171}, {0.0079..0.0080}}, as the class: true
//   MAPE f64[2] {{13.8888..13.8890}, {16.6666..16.6667}}, as the class: true
//   hinge f64[2] {{0.3333..0.3334}, {1.3333..1.3334}}, as the class: true
//   exponential, summed {6.834..6.835}, as the class: true
//   cross-entropy of all numbers {0.1188..0.1189}, of samples {0.3566..0.3567}: 3 times
//   two answers, logistic: {0.2407..0.2408}, as the class: true
#include <luge/luge.h>

#include <cmath>
#include <iostream>
#include <string>

using namespace luge;

// Prints both when they agree to 12 digits.
void show(const std::string& what, const Tensor& by_hand, const Tensor& by_class) {
  const bool same = max(abs(by_hand - by_class)).item<double>() <= 1e-12 * max(abs(by_hand)).item<double>();
  std::cout << what << ' ';
  by_hand.rank() == 0 ? std::cout << by_hand.item<double>() : std::cout << by_hand;
  std::cout << ", as the class: " << std::boolalpha << same << '\n';
}

int main() {
  constexpr auto none = loss::Reduction::none;
  const Tensor y = tensor({3.0, 2.0, 4.0, 1.0, 0.5, 0.0}, {2, 3});
  const Tensor p = tensor({2.5, 2.0, 5.0, 1.0, 0.75, 0.0}, {2, 3});
  show("MSE", mean(square(p - y), -1), loss::MSE(none)(p, y));
  show("MAE", mean(abs(p - y), -1), loss::MAE(none)(p, y));
  // 10e-6 is 1e-5. The bound keeps the logarithm away from -1, and MAPE from a division by 0.
  const auto log_of = [](const Tensor& x) { return log(clamp_min(x, 10e-6) + 1); };
  show("MSLE", mean(square(log_of(p) - log_of(y)), -1),
       loss::MSLE({.least = 10e-6, .reduction = none})(p, y));
  show("MAPE", 100 * mean(abs((p - y) / clamp_min(abs(y), 10e-6)), -1),
       loss::MAPE({.epsilon = 10e-6, .reduction = none})(p, y));

  // Answers -1 and 1, and the score of each.
  const Tensor sign = tensor({1.0, -1.0, 1.0, 1.0, -1.0, 1.0}, {2, 3});
  const Tensor score = tensor({2.0, -0.5, 0.5, -1.0, 1.0, 3.0}, {2, 3});
  show("hinge", mean(clamp_min(1 - sign * score, 0.0), -1), loss::Hinge({.reduction = none})(score, sign));
  // The class takes the mean over the numbers of a sample: with one number a sample its sum is that of all.
  show("exponential, summed", sum(exp(-sign * score)),
       loss::Exponential({.reduction = loss::Reduction::sum})(reshape(score, {6, 1}), reshape(sign, {6, 1})));

  // The mean over all numbers is the cross-entropy divided by the number of classes.
  const Tensor q = tensor({0.7, 0.2, 0.1, 0.1, 0.2, 0.7}, {2, 3}),
               truth = tensor({1.0, 0.0, 0.0, 0.0, 0.0, 1.0}, {2, 3});
  const double of_all = -mean(truth * log(q + 10e-6)).item<double>();
  const double of_samples = loss::CategoricalCrossEntropy()(q, truth).item<double>();
  std::cout << "cross-entropy of all numbers " << of_all << ", of samples " << of_samples << ": "
            << std::round(of_samples / of_all * 1000) / 1000 << " times\n";

  const Tensor logit = tensor({2.0, -1.0, 0.5, 3.0}, {4, 1}), yes = tensor({1.0, 0.0, 1.0, 1.0}, {4, 1});
  const Tensor a = sigmoid(logit);
  show("two answers, logistic:", -mean(yes * log(a) + (1 - yes) * log(1 - a)),
       loss::BinaryCrossEntropy()(logit, yes));
}
