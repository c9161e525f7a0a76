// anchors: the usual extents of the boxes of the training data.
#include "luge/data/anchors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/steps/step.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"

namespace luge::data {
namespace {

constexpr std::int64_t kMostPictures = 5000, kMostAnchors = 100;
constexpr int kMostRounds = 300;

double area(const BoxExtent& extent) { return extent.width * extent.height; }

bool is_smaller(const BoxExtent& a, const BoxExtent& b) {
  return area(a) != area(b) ? area(a) < area(b) : a.width < b.width;
}

std::size_t nearest(const std::vector<BoxExtent>& centers, const BoxExtent& extent) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < centers.size(); ++k) {
    if (iou_of(centers[k], extent) > iou_of(centers[best], extent)) best = k;
  }
  return best;
}

// The mean of the extents nearest to each center; a center that is nearest to none stays.
std::vector<BoxExtent> moved(const std::vector<BoxExtent>& centers, const std::vector<BoxExtent>& extents) {
  std::vector<BoxExtent> sums(centers.size());
  std::vector<double> counts(centers.size());
  for (const BoxExtent& each : extents) {
    const std::size_t k = nearest(centers, each);
    sums[k].width += each.width, sums[k].height += each.height, ++counts[k];
  }
  for (std::size_t k = 0; k < centers.size(); ++k) {
    sums[k] = counts[k] > 0 ? BoxExtent{sums[k].width / counts[k], sums[k].height / counts[k]} : centers[k];
  }
  return sums;
}

struct AnchorsOptions {
  std::int64_t count = 9;
  std::vector<double> widths = {}, heights = {};  // fitted
  static void fields(auto& self, auto&& field) {
    field("count", self.count, "how many extents", options::within(1, kMostAnchors));
    field("widths", self.widths, "the widths that were found, in pixels", options::above(0));
    field("heights", self.heights, "the heights that were found, in pixels", options::above(0));
  }
};

class Anchors final : public StepWith<Anchors, AnchorsOptions> {
 public:
  static constexpr const char* kName = "anchors";
  explicit Anchors(AnchorsOptions options) : StepWith(std::move(options)) {
    options::check(kName, options_);
    const std::size_t found = options_.widths.size();
    if (found != options_.heights.size() || (found > 0 && static_cast<std::int64_t>(found) != options_.count))
      throw FormatError(
          fmt::format("recipe: the step anchors has {} widths and {} heights; expected {} of each", found,
                      options_.heights.size(), options_.count));
  }
  StepRef fit(const Dataset& training) const override {
    std::vector<BoxExtent> extents;
    const Dataset boxes = training.fields({std::string(kBoxes)});
    for (std::int64_t i = 0; i < std::min(boxes.size(), kMostPictures); ++i) {
      const Record record = boxes.record(i);
      const std::span<const float> corners = record[kBoxes].as<float>();
      for (std::size_t k = 0; k + 3 < corners.size(); k += 4) {
        const BoxExtent extent{corners[k + 2] - corners[k], corners[k + 3] - corners[k + 1]};
        if (extent.width > 0 && extent.height > 0) extents.push_back(extent);
      }
    }
    if (extents.empty())
      throw ValueError(
          fmt::format("anchors: {} has no box in its {} training pictures; expected one to learn from",
                      training.info().name, training.size()));
    AnchorsOptions fitted{.count = options_.count};
    for (const BoxExtent& each : cluster_extents(extents, options_.count))
      fitted.widths.push_back(each.width), fitted.heights.push_back(each.height);
    return std::make_shared<Anchors>(std::move(fitted));
  }
  using Step::apply;
  Dataset apply(const Dataset& data) const override { return data; }
  void apply(Record&) const override {}

  std::vector<BoxExtent> found() const {
    std::vector<BoxExtent> all;
    for (std::size_t k = 0; k < options_.widths.size(); ++k)
      all.push_back({options_.widths[k], options_.heights[k]});
    return all;
  }
};

const bool added_anchors = Anchors::add();

}  // namespace

double iou_of(const BoxExtent& a, const BoxExtent& b) {
  const double shared = std::min(a.width, b.width) * std::min(a.height, b.height);
  return shared / (area(a) + area(b) - shared);
}

std::vector<BoxExtent> cluster_extents(const std::vector<BoxExtent>& extents, std::int64_t count) {
  if (extents.empty() || count < 1)
    throw ValueError(fmt::format("cluster_extents: {} extents and a count of {}; expected 1 or more of both",
                                 extents.size(), count));
  for (const BoxExtent& each : extents) {
    if (std::isfinite(each.width) && std::isfinite(each.height) && each.width > 0 && each.height > 0)
      continue;
    throw ValueError(
        fmt::format("cluster_extents: a box is {}x{}; expected numbers above 0", each.width, each.height));
  }
  std::vector<BoxExtent> sorted = extents;
  std::sort(sorted.begin(), sorted.end(), is_smaller);
  std::vector<BoxExtent> centers;
  for (std::int64_t k = 0; k < count; ++k)
    centers.push_back(sorted[static_cast<std::size_t>((2 * k + 1) * static_cast<std::int64_t>(sorted.size()) /
                                                      (2 * count))]);
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<BoxExtent> next = moved(centers, sorted);
    if (next == centers) break;
    centers = std::move(next);
  }
  std::sort(centers.begin(), centers.end(), is_smaller);
  return centers;
}

StepRef steps::anchors(std::int64_t count) {
  return std::make_shared<Anchors>(AnchorsOptions{.count = count});
}

std::vector<BoxExtent> anchors_of(const Recipe& recipe) {
  for (const StepRef& step : recipe.steps()) {
    if (const auto* own = dynamic_cast<const Anchors*>(step.get())) return own->found();
  }
  return {};
}

}  // namespace luge::data
