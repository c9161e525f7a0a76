#include "experiment/share_curve.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiment/share_parts.h"
#include "experiment/trainings_state.h"
#include "io/files/atomic_file.h"
#include "luge/draw/curves.h"
#include "luge/train/history.h"

namespace luge::experiment {
namespace {

const double* find(const train::Logs& logs, const std::string& name) {
  const auto found = std::ranges::find(logs, name, [](const auto& each) { return each.first; });
  return found == logs.end() ? nullptr : &found->second;
}

std::string label_of(const Config& config, bool scratch) {
  if (!config.has("model.init")) return "mean";
  return scratch ? "from new weights" : "from the weights of init=";
}

}  // namespace

std::vector<CurvePoint> curve_points(const Config& config, const std::vector<OneTraining>& trainings) {
  std::vector<CurvePoint> points;
  const std::vector<SharePoint> all = share_points(config);
  for (std::size_t k = 0; k < trainings.size() && k < all.size(); ++k) {
    const SharePoint& own = all[k];
    auto found = std::ranges::find_if(points, [&](const CurvePoint& point) {
      return point.share == own.share && point.scratch == own.scratch;
    });
    if (found == points.end())
      found = points.insert(points.end(), {own.scratch, own.share, trainings[k].samples, {}, {}});
    found->trainings.push_back(trainings[k]);
  }
  for (CurvePoint& point : points) point.spreads = spreads_of(point.trainings);
  return points;
}

std::vector<std::string> curve_figures(const std::vector<CurvePoint>& points) {
  if (points.empty()) return {};
  for (const std::string_view prefix : {std::string_view(kHeldOut), train::kValidation, std::string_view()}) {
    std::vector<std::string> names;
    for (const Spread& spread : points.front().spreads) {
      if (spread.name.starts_with(prefix) && spread.name.find('.') == spread.name.npos)
        names.push_back(spread.name);
    }
    if (!names.empty()) return names;
  }
  return {};
}

void write_curve(const std::filesystem::path& file, const std::vector<CurvePoint>& points) {
  std::string text = "begins,share,samples,trainings";
  if (points.empty()) return;
  const std::vector<Spread>& columns = points.front().spreads;
  for (const Spread& column : columns) text += fmt::format(",{0},{0}_deviation", column.name);
  text += "\n";
  for (const CurvePoint& point : points) {
    text += fmt::format("{},{},{},{}", point.scratch ? "scratch" : "given", point.share, point.samples,
                        point.trainings.size());
    for (const Spread& column : columns) {
      const auto spread = std::ranges::find(point.spreads, column.name, &Spread::name);
      text += spread == point.spreads.end() ? ",," : fmt::format(",{},{}", spread->mean, spread->deviation);
    }
    text += "\n";
  }
  io::write_file(file, text);
}

draw::Figure curve_figure(const Config& config, const std::vector<CurvePoint>& points) {
  std::vector<draw::Panel> panels;
  for (const std::string& figure : curve_figures(points)) {
    draw::Panel panel{.title = figure, .lines = {}, .x_label = "training samples", .log_x = true};
    for (const bool scratch : {false, true}) {
      draw::Line mean{.label = label_of(config, scratch), .y = {}}, dots = mean;
      dots.points = true;
      for (const CurvePoint& point : points) {
        if (point.scratch != scratch) continue;
        const auto spread = std::ranges::find(point.spreads, figure, &Spread::name);
        if (spread == point.spreads.end()) continue;
        mean.x.push_back(static_cast<double>(point.samples));
        mean.y.push_back(spread->mean);
        for (const OneTraining& one : point.trainings) {
          const double* value = find(one.figures, figure);
          if (!value) continue;
          dots.x.push_back(static_cast<double>(point.samples));
          dots.y.push_back(*value);
        }
      }
      if (mean.y.empty()) continue;
      panel.lines.push_back(std::move(mean));
      panel.lines.push_back(std::move(dots));
    }
    if (!panel.lines.empty()) panels.push_back(std::move(panel));
  }
  return draw::curves(panels, {.title = "learning curve", .width = 460, .height = 320});
}

}  // namespace luge::experiment
