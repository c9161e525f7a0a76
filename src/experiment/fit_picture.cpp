#include "experiment/fit_picture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "experiment/inference.h"
#include "experiment/learned.h"
#include "luge/data/sources.h"
#include "luge/data/table.h"
#include "luge/draw/curves.h"

namespace luge::experiment {
namespace {

constexpr std::int64_t kMostDots = 200;  // of each part
constexpr int kSteps = 400;              // of the line

bool is_one_number(const data::Field& field) {
  return !field.text && field.dtype == f32 && field.fixed() && field.shape.elements() == 1;
}

draw::Line dots(const std::string& label, const data::Dataset& part, std::optional<draw::Color> color = {}) {
  draw::Line line{.label = label, .y = {}, .color = color, .points = true};
  const std::int64_t count = std::min(part.size(), kMostDots);
  for (std::int64_t i = 0; i < count; ++i) {
    const data::Sample sample = part.get(i * part.size() / count);
    line.x.push_back(sample.input.as<float>()[0]);
    line.y.push_back(sample.target.as<float>()[0]);
  }
  return line;
}

struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void add(const std::vector<double>& values) {
    for (const double value : values) low = std::min(low, value), high = std::max(high, value);
  }
  double middle() const { return (low + high) / 2; }
};

// What the network says at these positions, in the units of the data.
std::vector<double> said_at(const nn::Loaded& net, const std::vector<float>& x, const data::Info& info) {
  const auto count = static_cast<std::int64_t>(x.size());
  const data::Dataset positions =
      data::tensors(tensor(x, info.input().shape.inserted(0, count)),
                    tensor(std::vector<float>(x.size()), info.target()->shape.inserted(0, count)));
  const tasks::Learned learned = experiment::learned(net.metadata());
  Answers answers = answer(net, prepared(learned, net.metadata(), positions), [] {});
  take_back_units(answers, learned.recipe, *info.target());
  return {answers.values.begin(), answers.values.end()};
}

}  // namespace

std::optional<draw::Figure> fit_figure(const std::vector<DrawnNetwork>& networks, const Parts& raw,
                                       const std::string& title) {
  const data::Info& info = raw.fit.info();
  for (const DrawnNetwork& each : networks) {
    const nn::Metadata& metadata = each.net.metadata();
    if (metadata.output != OutputKind::values || !metadata.classes.empty()) return std::nullopt;
  }
  if (info.fields.find(data::kCells)) return std::nullopt;  // words and dates have no axis
  if (!info.fields.find(data::kInput) || !info.target() || !is_one_number(info.input()) ||
      !is_one_number(*info.target()) || raw.fit.size() == 0)
    return std::nullopt;
  std::vector<draw::Line> lines;
  if (raw.valid.size() > 0)
    lines.push_back(dots("validation samples", raw.valid, draw::Color{205, 205, 205}));
  lines.push_back(dots("training samples", raw.fit));
  Extent x, y;
  for (const draw::Line& line : lines) x.add(line.x), y.add(line.y);
  std::vector<float> positions;
  for (int i = 0; i <= kSteps; ++i)
    positions.push_back(static_cast<float>(x.low + (x.high - x.low) * i / kSteps));
  for (const DrawnNetwork& each : networks) {
    lines.push_back({.label = each.label,
                     .y = said_at(each.net, positions, info),
                     .x = {positions.begin(), positions.end()}});
    // A line that goes far away from the samples would make them a flat row.
    for (double& value : lines.back().y) {
      if (!(std::abs(value - y.middle()) <= y.high - y.low)) value = std::numeric_limits<double>::quiet_NaN();
    }
  }
  const std::string column = info.features.size() == 1 ? info.features[0] : "input";
  return draw::curves({{.title = title, .lines = std::move(lines), .x_label = column}},
                      {.width = 640, .height = 420});
}

}  // namespace luge::experiment
