// luge explain loss=NAME: cost and slope over the prediction, computed by the loss and by its gradient.
#include <fmt/format.h>

#include <cmath>

#include "cli/explain/explainer.h"
#include "luge/autodiff.h"
#include "luge/draw/curves.h"
#include "luge/loss/example.h"
#include "luge/ops/math.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kPoints = 101;

struct Curve {
  std::string target;
  std::vector<double> x, cost, slope;
};

Curve curve_of(const loss::Loss& loss, const loss::Example& example, const loss::Example::Case& one,
               std::int64_t count) {
  Curve curve{.target = one.target_text, .x = {}, .cost = {}, .slope = {}};
  for (std::int64_t k = 0; k < count; ++k) {
    const double x =
        example.low + (example.high - example.low) * static_cast<double>(k) / static_cast<double>(count - 1);
    const Tensor at = tensor({x}, Shape{1});
    const Tensor cost = loss(one.prediction(at), one.target);
    const Tensor slope = grad(cost, at, {.seed = {}, .allow_unused = true});
    curve.x.push_back(x);
    curve.slope.push_back(slope.item<double>());
    curve.cost.push_back(loss(one.prediction(at), one.target).item<double>());
  }
  return curve;
}

struct Shown {
  std::string name, over;
  std::vector<Curve> curves;
};

Explained::Part numbers_of(const loss::Loss& loss, const loss::Example& example, const Shown& shown) {
  constexpr std::int64_t kRows = 11;
  std::vector<Column> columns;
  Json json = {{"over", shown.over}, {"curves", Json::array()}};
  for (const loss::Example::Case& one : example.cases) {
    const Curve some = curve_of(loss, example, one, kRows);
    if (columns.empty()) columns.push_back({"x", some.x, 2});
    columns.push_back({one.target_text, some.cost});
    columns.push_back({"slope", some.slope});
  }
  for (const Curve& curve : shown.curves)
    json["curves"].push_back(
        {{"target", curve.target}, {"x", curve.x}, {"cost", curve.cost}, {"slope", curve.slope}});
  return {fmt::format("The cost of one sample, and its slope by x: x is the {}.\n\n{}", shown.over,
                      table_of(columns)),
          std::move(json)};
}

draw::Figure figure_of(const std::vector<Shown>& all) {
  std::vector<draw::Panel> panels;
  for (const Shown& shown : all) {
    draw::Panel cost{.title = shown.name, .lines = {}, .x_label = shown.over},
        slope{.title = "slope of " + shown.name, .lines = {}, .x_label = shown.over};
    for (const Curve& curve : shown.curves) {
      cost.lines.push_back({.label = curve.target, .y = curve.cost, .x = curve.x});
      slope.lines.push_back({.label = curve.target, .y = curve.slope, .x = curve.x});
    }
    panels.push_back(std::move(cost));
    panels.push_back(std::move(slope));
  }
  return draw::curves(panels, {.columns = 2, .width = 420, .height = 320});
}

Explained explain(const Arguments&, const std::vector<std::string>& names, const ExplainOptions&) {
  Explained explained;
  std::vector<Shown> all;
  for (const std::string& name : names) {
    const loss::Loss loss = loss::named(name);
    const loss::Example example = loss::example(name, loss);
    Shown shown{.name = name, .over = example.over, .curves = {}};
    for (const loss::Example::Case& one : example.cases)
      shown.curves.push_back(curve_of(loss, example, one, kPoints));
    explained.parts.push_back(numbers_of(loss, example, shown));
    all.push_back(std::move(shown));
  }
  explained.figure = [all] { return figure_of(all); };
  return explained;
}

const ExplainerRegistration registration_loss({"loss", {}, explain});

}  // namespace
}  // namespace luge::cli
