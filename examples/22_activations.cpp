// Activations and their derivatives, computed by grad and drawn to activations.svg.
//
// Prints:
//   sigmoid: from {0..0.0001} to {0.9999..1}, steepest 0.25 at 0, slope {0..0.0001} at 10
//   tanh: from -1 to 1, steepest 1 at 0, slope {0..1e-7} at 10
//   relu: from 0 to 10, steepest 1 at {0..0.1}, slope 1 at 10
//   leaky relu: from -0.1 to 10, steepest 1 at {0..0.1}, slope 1 at 10
//   relu(-3) = 0, and its derivative at 0 is 0
//   derivatives by formula: {0..1e-15} apart
//   wrote activations.svg
#include <luge/luge.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <string>

using namespace luge;

struct Activation {
  std::string name;
  std::function<Tensor(const Tensor&)> function;
  std::function<Tensor(const Tensor& x, const Tensor& y)> slope;  // by formula, from input and output
};

int main() {
  const Activation all[] = {{"sigmoid", [](const Tensor& x) { return sigmoid(x); },
                             [](const Tensor&, const Tensor& y) { return y * (1 - y); }},
                            {"tanh", [](const Tensor& x) { return tanh(x); },
                             [](const Tensor&, const Tensor& y) { return 1 - square(y); }},
                            {"relu", [](const Tensor& x) { return relu(x); },
                             [](const Tensor& x, const Tensor&) { return cast(greater(x, 0), f64); }},
                            {"leaky relu", [](const Tensor& x) { return leaky_relu(x, 0.01); },
                             [](const Tensor& x, const Tensor&) {
                               return where(greater(x, 0), ones({401}, f64), full({401}, 0.01, f64));
                             }}};

  const Tensor x = (arange(0, 401, 1, f64) - 200) / 20;  // from -10 to 10
  std::vector<draw::Panel> panels;
  double apart = 0;
  for (const Activation& activation : all) {
    const Tensor y = activation.function(x), slope = grad(sum(y), x);
    apart = std::max(apart, max(abs(slope - activation.slope(x, y))).item<double>());
    const auto xs = x.to_vector<double>(), ys = y.to_vector<double>(), slopes = slope.to_vector<double>();
    const auto steepest = std::max_element(slopes.begin(), slopes.end()) - slopes.begin();
    std::cout << activation.name << ": from " << ys.front() << " to " << ys.back() << ", steepest "
              << slopes[static_cast<std::size_t>(steepest)] << " at "
              << xs[static_cast<std::size_t>(steepest)] << ", slope " << slopes.back() << " at 10\n";
    panels.push_back(
        {.title = activation.name,
         .lines = {{.label = "value", .y = ys, .x = xs}, {.label = "derivative", .y = slopes, .x = xs}}});
  }
  const Tensor zero = zeros({1}, f64);
  std::cout << "relu(-3) = " << relu(scalar(-3.0, f64)).item<double>() << ", and its derivative at 0 is "
            << grad(sum(relu(zero)), zero).item<double>() << '\n';
  std::cout << "derivatives by formula: " << apart << " apart\n";
  draw::curves(panels, {.columns = 2}).write("activations.svg");
  std::cout << "wrote activations.svg\n";
}
