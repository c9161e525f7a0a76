// What the detectors share whose boxes start from anchors.
#pragma once

#include <vector>

#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "tasks/detection/detector.h"

namespace luge::tasks {

struct AnchoredOptions : DetectorOptions {
  explicit AnchoredOptions(std::string loss) : DetectorOptions{{{std::move(loss), {"map"}}}} {}
  std::int64_t anchors = 3, scales = 3;
  static void common(auto& self, auto&& field) {
    DetectorOptions::common(self, field);
    field("anchors", self.anchors, "boxes in each cell of a map", options::within(1, 20));
    field("scales", self.scales, "maps that the network gives, each with anchors of its own",
          options::within(1, 5));
  }
};

/// The mean over the pictures of a cost that is one for the batch.
train::LossTerm of_pictures(const Tensor& cost, const train::Pass& pass);

/// Self has, besides what Detector asks for,
///   static void decode(const Grid& grid, std::size_t anchor, std::int64_t row, std::int64_t column,
///                      std::span<const float> numbers, float (&corners)[4]);
template <class Self, class Options>
class Anchored : public Detector<Self, Options> {
 public:
  using Detector<Self, Options>::Detector;
  data::Recipe recipe(const data::Dataset& training) const override {
    const data::Recipe anchors({data::steps::anchors(this->options_.anchors * this->options_.scales)});
    return this->picture_recipe(training.info()).then(anchors);
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    if (info.classes.empty()) return std::nullopt;
    return this->options_.anchors * (5 + static_cast<std::int64_t>(info.classes.size()));
  }

  Candidates found(const HostMaps& maps, const std::vector<Shape>& outputs, const Shape& pictures,
                   std::int64_t row, double score) const {
    const Grid grid = grid_of(Self::kName, outputs, pictures, data::anchors_of(this->known_recipe()),
                              this->options_.anchors);
    Candidates all;
    std::vector<float> numbers(static_cast<std::size_t>(grid.numbers));
    for (std::size_t anchor = 0; anchor < grid.anchors.size(); ++anchor) {
      const Scale& scale = grid.scale_of(anchor);
      const std::span<const float> map = maps(scale.output, row);
      const auto cells = static_cast<std::size_t>(scale.cells());
      const std::size_t first = anchor % static_cast<std::size_t>(grid.each) * numbers.size() * cells;
      for (std::size_t cell = 0; cell < cells; ++cell) {
        const float objectness = logistic(map[first + 4 * cells + cell]);
        if (!(static_cast<double>(objectness) >= score)) continue;
        for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = map[first + k * cells + cell];
        float corners[4];
        Self::decode(grid, anchor, static_cast<std::int64_t>(cell) / scale.width,
                     static_cast<std::int64_t>(cell) % scale.width, numbers, corners);
        for (std::size_t k = 5; k < numbers.size(); ++k) {
          const float sure = grid.classes() == 1 ? objectness : objectness * logistic(numbers[k]);
          if (static_cast<double>(sure) >= score) all.add(corners, sure, static_cast<std::int64_t>(k) - 5);
        }
      }
    }
    return all;
  }

 protected:
  Grid grid_for(const train::Pass& pass) const {
    const data::Recipe recipe = data::Recipe::from_json(pass.net()->metadata().recipe);
    return grid_of(Self::kName, shapes_of(pass.outputs()), pass[data::kInput].shape(),
                   data::anchors_of(recipe), this->options_.anchors);
  }
};

}  // namespace luge::tasks
