// luge explain initializer=NAME: how the numbers that it draws are spread.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/explain/explainer.h"
#include "luge/draw/curves.h"
#include "luge/error.h"
#include "luge/init/init.h"
#include "luge/random.h"

namespace luge::cli {
namespace {

constexpr std::size_t kBins = 60;

struct Drawn {
  Shape shape;
  std::vector<double> values;
};

// A weight of a linear layer, or of a convolution for initializers of those alone.
Drawn drawn_by(const std::string& name) {
  const init::Initializer initializer = init::named(name);
  random::seed(0);
  const Shape linear{256, 128}, filters{64, 32, 3, 3};
  try {
    return {linear, initializer(linear, f64).to_vector<double>()};
  } catch (const ShapeError&) {
    return {filters, initializer(filters, f64).to_vector<double>()};
  }
}

struct Spread {
  double mean = 0, deviation = 0, low = 0, high = 0;
};

Spread spread_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  Spread spread;
  for (const double value : values) spread.mean += value / count;
  for (const double value : values) spread.deviation += (value - spread.mean) * (value - spread.mean) / count;
  spread.deviation = std::sqrt(spread.deviation);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  spread.low = *low, spread.high = *high;
  return spread;
}

// The share of the numbers in each bin, as steps.
draw::Line histogram(const std::string& name, const std::vector<double>& values, const Spread& spread) {
  double low = spread.low, width = (spread.high - spread.low) / static_cast<double>(kBins);
  if (width == 0) low -= 0.5, width = 1 / static_cast<double>(kBins);
  std::vector<double> counts(kBins);
  for (const double value : values) {
    const auto bin = static_cast<std::size_t>((value - low) / width);
    counts[std::min(bin, kBins - 1)] += 1 / static_cast<double>(values.size());
  }
  draw::Line line{.label = name, .y = {0}, .x = {low}};
  for (std::size_t k = 0; k < kBins; ++k) {
    for (const double end : {0.0, 1.0}) {
      line.x.push_back(low + (static_cast<double>(k) + end) * width);
      line.y.push_back(counts[k]);
    }
  }
  line.x.push_back(low + static_cast<double>(kBins) * width);
  line.y.push_back(0);
  return line;
}

Explained explain(const Arguments&, const std::vector<std::string>& names, const ExplainOptions&) {
  Explained explained;
  draw::Panel panel{
      .title = "share of the numbers in each of 60 intervals", .lines = {}, .x_label = "initial value"};
  for (const std::string& name : names) {
    const Drawn drawn = drawn_by(name);
    const Spread spread = spread_of(drawn.values);
    const std::string shape = drawn.shape.to_string();
    explained.parts.push_back(
        {fmt::format(
             "A weight {} has values from {:.4g} to {:.4g} with the mean {:.4g} and the standard deviation "
             "{:.4g}.\n",
             shape, spread.low, spread.high, spread.mean, spread.deviation),
         {{"weight", shape},
          {"mean", spread.mean},
          {"deviation", spread.deviation},
          {"least", spread.low},
          {"largest", spread.high}}});
    panel.lines.push_back(histogram(name, drawn.values, spread));
  }
  explained.figure = [panel] { return draw::curves({panel}, {.width = 640, .height = 400}); };
  return explained;
}

const ExplainerRegistration registration_initializer({"initializer", {}, explain});

}  // namespace
}  // namespace luge::cli
