// luge explain average=0.9,0.98: exponentially weighted averages of a year of temperatures, with and without
// the correction of their beginning.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "cli/explain/explainer.h"
#include "core/number.h"
#include "luge/draw/curves.h"
#include "luge/ops/random.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kDays = 365, kFirstDays = 60;

// Made-up temperatures in °C: a cold winter, a warm summer, and weather.
std::vector<double> temperatures() {
  random::seed(1);
  const std::vector<double> weather = random::normal({kDays}, 0, 2.5, f64).to_vector<double>();
  std::vector<double> all;
  for (std::size_t day = 0; day < weather.size(); ++day) {
    const double part = static_cast<double>(day) / static_cast<double>(kDays);
    all.push_back(14 - 8 * std::cos(2 * std::numbers::pi * part) + weather[day]);
  }
  return all;
}

struct Average {
  double beta;
  std::vector<double> plain, corrected;
};

Average average_of(const std::vector<double>& values, double beta) {
  Average average{.beta = beta, .plain = {}, .corrected = {}};
  double v = 0, power = 1;
  for (const double value : values) {
    v = beta * v + (1 - beta) * value;
    power *= beta;
    average.plain.push_back(v);
    average.corrected.push_back(v / (1 - power));
  }
  return average;
}

std::string text_of(const std::vector<double>& values, const Average& average) {
  const double span = 1 / (1 - average.beta);
  std::string text = fmt::format(
      "v = {0:g}·v + {1:.3g}·x, beginning with v = 0, averages over about 1/(1 - {0:g}) = {2:.4g} values: "
      "one that is "
      "{2:.4g} steps old has the weight {1:.3g}·{0:g}^{2:.4g} = {1:.3g}·{3:.3f}, near {1:.3g}/e = "
      "{1:.3g}·{4:.3f}.\n"
      "Corrected, v is divided by 1 - {0:g}^t, so that the first one is x itself:\n\n",
      average.beta, 1 - average.beta, span, std::pow(average.beta, span), 1 / std::numbers::e);
  std::vector<Column> columns = {
      {"day t", {}, 0}, {"x", {}, 3}, {"v", {}, 3}, {"1 - beta^t", {}, 4}, {"corrected", {}, 3}};
  for (const std::size_t day : {1, 2, 3, 4, 5, 10, 20, 50, 100, 365}) {
    columns[0].values.push_back(static_cast<double>(day));
    columns[1].values.push_back(values[day - 1]);
    columns[2].values.push_back(average.plain[day - 1]);
    columns[3].values.push_back(1 - std::pow(average.beta, static_cast<double>(day)));
    columns[4].values.push_back(average.corrected[day - 1]);
  }
  return text + table_of(columns);
}

draw::Figure figure_of(const std::vector<double>& values, const std::vector<Average>& averages) {
  std::vector<draw::Panel> panels;
  for (const auto& [title, days] : {std::pair{"a year of daily temperatures, made up", kDays},
                                    std::pair{"its first 60 days: what the correction does", kFirstDays}}) {
    const auto first = [days = days](const std::vector<double>& all) {
      return std::vector<double>(all.begin(), all.begin() + days);
    };
    draw::Panel panel{.title = title, .lines = {}, .x_label = "day"};
    panel.lines.push_back({.label = "temperature", .y = first(values), .color = draw::Color{200, 200, 200}});
    for (std::size_t k = 0; k < averages.size(); ++k) {
      const draw::Color color = draw::color_of(static_cast<std::int64_t>(k));
      const std::string name = fmt::format("beta {:g}", averages[k].beta);
      panel.lines.push_back(
          {.label = name + ", corrected", .y = first(averages[k].corrected), .color = color});
      panel.lines.push_back({.label = name, .y = first(averages[k].plain), .dashed = true, .color = color});
    }
    panels.push_back(std::move(panel));
  }
  return draw::curves(panels, {.columns = 2, .width = 520, .height = 360});
}

Explained explain(const Arguments&, const std::vector<std::string>& names, const ExplainOptions&) {
  const std::vector<double> values = temperatures();
  std::vector<Average> averages;
  Explained explained;
  for (const std::string& name : names) {
    const std::optional<double> beta = parse_number(name);
    if (!beta || !(*beta >= 0) || !(*beta < 1))
      throw ValueError(fmt::format("average={}: expected shares that stay, 0 or more and below 1", name));
    averages.push_back(average_of(values, *beta));
    explained.parts.push_back({text_of(values, averages.back()),
                               {{"beta", *beta},
                                {"values_averaged", 1 / (1 - *beta)},
                                {"value", values},
                                {"average", averages.back().plain},
                                {"corrected", averages.back().corrected}}});
  }
  explained.figure = [values, averages] { return figure_of(values, averages); };
  return explained;
}

const ExplainerRegistration registration_average(
    {"average", {}, explain, "exponentially weighted averages: shares that stay, such as 0.9,0.98"});

}  // namespace
}  // namespace luge::cli
