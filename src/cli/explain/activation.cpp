// luge explain activation=NAME: values and derivatives, computed by the layer and by its gradient.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/explain/explainer.h"
#include "luge/autodiff.h"
#include "luge/draw/curves.h"
#include "luge/nn/layers.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kFrom = -5, kTo = 5;
constexpr std::int64_t kPoints = 201;

// The function over x. A function of several elements, such as softmax, is seen as the first output of
// (x, 0, 1).
struct Curve {
  std::vector<double> x, value, slope;
  bool alone = true;     // each output depends on one input
  bool centered = true;  // a(-x) = -a(x)
};

Tensor rows_of(const std::vector<double>& x, double second, double third) {
  std::vector<double> all;
  for (const double each : x) all.insert(all.end(), {each, second, third});
  return tensor(all, Shape{static_cast<std::int64_t>(x.size()), 3});
}

Tensor first_of(const Tensor& rows) { return select(rows, 1, 0); }

std::vector<double> points(std::int64_t count) {
  std::vector<double> x;
  for (std::int64_t k = 0; k < count; ++k)
    x.push_back(kFrom + (kTo - kFrom) * static_cast<double>(k) / static_cast<double>(count - 1));
  return x;
}

Curve curve_of(const std::string& name, std::vector<double> x) {
  const nn::Model layer = nn::layer(name);
  const Tensor rows = rows_of(x, 0, 1);
  Curve curve{.x = std::move(x), .value = {}, .slope = {}};
  const Tensor value = first_of(layer(rows));
  curve.value = value.to_vector<double>();
  curve.alone = curve.value == first_of(layer(rows_of(curve.x, 3, -2))).to_vector<double>();
  try {
    const Tensor again = first_of(layer(rows));
    curve.slope = first_of(grad(sum(again), rows, {.seed = {}, .allow_unused = true})).to_vector<double>();
  } catch (const GraphError&) {  // it has no gradient
  }
  const std::vector<double> mirrored = first_of(layer(-rows)).to_vector<double>();
  for (std::size_t k = 0; k < mirrored.size(); ++k)
    curve.centered &= std::abs(mirrored[k] + curve.value[k]) <= 1e-12 * (1 + std::abs(curve.value[k]));
  curve.centered &= curve.alone;
  return curve;
}

Explained::Part numbers_of(const Curve& curve, const Curve& some) {
  const auto [low, high] = std::minmax_element(curve.value.begin(), curve.value.end());
  std::vector<Column> columns = {{"x", some.x, 1}, {"a", some.value}};
  if (!some.slope.empty()) columns.push_back({"da/dx", some.slope});
  std::string text;
  if (!curve.alone) text += "Its outputs depend on several inputs: here a is the first of f(x, 0, 1).\n\n";
  text += table_of(columns);
  text +=
      fmt::format("\nFor x from {} to {}, a is from {:.4f} to {:.4f}. It is {}centered at zero{}.\n", kFrom,
                  kTo, *low, *high, curve.centered ? "" : "not ", curve.centered ? ": a(-x) = -a(x)" : "");
  Json json = {{"centered_at_zero", curve.centered},
               {"elementwise", curve.alone},
               {"x", curve.x},
               {"value", curve.value}};
  json["slope"] = curve.slope.empty() ? Json() : Json(curve.slope);
  return {std::move(text), std::move(json)};
}

draw::Figure figure_of(const std::vector<std::string>& names, const std::vector<Curve>& curves) {
  std::vector<draw::Panel> panels = {{.title = "a = f(x)", .lines = {}, .x_label = "x"},
                                     {.title = "derivative da/dx", .lines = {}, .x_label = "x"}};
  for (std::size_t k = 0; k < names.size(); ++k) {
    panels[0].lines.push_back({.label = names[k], .y = curves[k].value, .x = curves[k].x});
    std::vector<double> slope = curves[k].slope;
    slope.resize(curves[k].x.size(), NAN);
    panels[1].lines.push_back({.label = names[k], .y = std::move(slope), .x = curves[k].x});
  }
  return draw::curves(panels, {.columns = 2, .width = 420, .height = 330});
}

Explained explain(const Arguments&, const std::vector<std::string>& names, const ExplainOptions&) {
  return explain_activations(names);
}

const ExplainerRegistration registration_activation({"activation", {}, explain});

}  // namespace

Explained explain_activations(const std::vector<std::string>& names) {
  Explained explained;
  std::vector<Curve> curves;
  for (const std::string& name : names) {
    curves.push_back(curve_of(name, points(kPoints)));
    explained.parts.push_back(
        numbers_of(curves.back(), curve_of(name, {-5, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 5})));
  }
  explained.figure = [names, curves] { return figure_of(names, curves); };
  return explained;
}

}  // namespace luge::cli
