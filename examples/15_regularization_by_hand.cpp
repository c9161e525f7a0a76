// Dropout in five steps against the layer, and an L2 penalty against weight decay.
//
// Prints:
//   kept {0.78..0.82} of the units, each 1.25 times as large
//   mean before 1, after {0.98..1.02}; without the division {0.78..0.82}
//   the layer in train mode: 0 or {1.2499..1.2501}, kept {0.78..0.82}
//   the layer in eval mode changes nothing: true
//   L2 penalty and weight decay after 50 steps: {0..1e-14} apart
//   the squared norm falls from {1..200} to {0.01..20}
#include <luge/luge.h>

#include <iostream>

using namespace luge;

double mean_of(const Tensor& x) { return mean(x).item<double>(); }

int main() {
  random::seed(6);
  const double keep_prob = 0.8;

  // 1. a random number for each unit  2. keep it or not  3. the activations as they would be
  // 4. set to 0 what is dropped       5. divide by keep_prob, so that the next layer gets the same sum
  const Tensor a = ones({200, 100}, f64);
  const Tensor d = random::uniform({200, 100}, 0, 1, f64);
  const Tensor keep = cast(less(d, keep_prob), f64);
  const Tensor dropped = a * keep;
  const Tensor result = dropped / keep_prob;
  std::cout << "kept " << mean_of(keep) << " of the units, each " << max(result).item<double>()
            << " times as large\n";
  // What is left of the sum without step 5 is keep_prob of it, not 1 - keep_prob.
  std::cout << "mean before " << mean_of(a) << ", after " << mean_of(result) << "; without the division "
            << mean_of(dropped) << '\n';

  const auto layer = nn::Dropout::keeping(keep_prob);
  const Tensor trained = layer(a);
  std::cout << "the layer in train mode: " << min(trained).item<double>() << " or "
            << max(trained).item<double>() << ", kept " << mean_of(cast(greater(trained, 0), f64)) << '\n';
  layer.eval();
  std::cout << "the layer in eval mode changes nothing: " << std::boolalpha
            << all(equal(layer(a), a)).item<bool>() << '\n';

  // J + λ/2m·|w|² has the slope dJ/dw + λ/m·w. Weight decay with the factor λ/m adds the same to the
  // gradient.
  const double m = 40, lambda = 20;
  const Tensor x = random::normal({40, 5}, 0, 1, f64), y = random::normal({40, 1}, 0, 1, f64);
  const Tensor begin = random::normal({5, 1}, 0, 3, f64);
  Variable penalized(begin, "penalized"), decayed(begin, "decayed");
  optim::GradientDescent plain(0.05), decay(0.05, {.weight_decay = lambda / m});
  for (int step = 0; step < 50; ++step) {
    const auto j = [&](const Tensor& w) { return mean(square(matmul(x, w) - y)); };
    const Tensor penalty = lambda / (2 * m) * sum(square(penalized.value()));
    plain.step({penalized}, grad(j(penalized) + penalty, Variables{penalized}));
    decay.step({decayed}, grad(j(decayed), Variables{decayed}));
  }
  std::cout << "L2 penalty and weight decay after 50 steps: "
            << max(abs(penalized.value() - decayed)).item<double>() << " apart\n";
  std::cout << "the squared norm falls from " << sum(square(begin)).item<double>() << " to "
            << sum(square(decayed.value())).item<double>() << '\n';
}
