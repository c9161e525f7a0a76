// yolo-v1: the first detector of one network, as it was published. The picture is cut into cells; each cell
// says some boxes and one class, and all errors are squared. Source: Redmon et al. 2016, You Only Look Once.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/ops/boxes.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "tasks/detection/detector.h"

namespace luge::tasks {
namespace {

constexpr const char* kLoss = "mse";

struct YoloV1Options : DetectorOptions {
  YoloV1Options() : DetectorOptions{{{kLoss, {"map"}}}} {}
  std::int64_t boxes = 2;
  double coord = 5, noobj = 0.5;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("boxes", self.boxes, "boxes in each cell", options::within(1, 20));
    field("coord", self.coord, "weight of the errors of positions and sides", options::at_least(0));
    field("noobj", self.noobj, "weight of the errors of boxes that have no thing", options::at_least(0));
  }
};

// The true box of each cell, of several the last: as published, a cell has one thing.
struct CellTruths {
  Tensor there;                // f32 [rows,cells]: 1 where the center of a true box is
  Tensor x, y, width, height;  // f32 [rows,cells]: the center in cells, the sides as shares of the picture
  Tensor corners;              // f32 [rows,cells,4], as shares of the picture
  Tensor label;                // i64 [rows,cells]
};

// Numbers by cell, row by row.
template <class Function>
Tensor by_cell(std::int64_t height, std::int64_t width, const Function& number) {
  std::vector<float> values;
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x) values.push_back(static_cast<float>(number(y, x)));
  return tensor(values, Shape{height * width});
}

CellTruths cell_truths(const Truths& truths, const Shape& map, const Shape& pictures) {
  const std::int64_t height = map[2], width = map[3], cells = height * width;
  const auto side = [&](int axis) { return static_cast<double>(pictures[axis]); };
  const Tensor shares =
      truths.boxes / tensor<float>({static_cast<float>(side(3)), static_cast<float>(side(2)),
                                    static_cast<float>(side(3)), static_cast<float>(side(2))},
                                   {4});
  const Tensor x = clamp(floor(truths.center_x() / side(3) * static_cast<double>(width)), 0, width - 1),
               y = clamp(floor(truths.center_y() / side(2) * static_cast<double>(height)), 0, height - 1);
  // What is no box goes to a cell after the last one.
  const Tensor cell =
      cast(where(truths.valid, y * static_cast<double>(width) + x, static_cast<double>(cells)), i64);
  const Tensor blank = zeros_like(select(truths.labels, 1, 0));  // i64 [rows]
  const Tensor unowned = expand(unsqueeze(blank, 1) - 1, Shape{1, cells + 1});
  const Tensor owner = slice(scatter(unowned, cell, iota_like(truths.labels, 1), 1), 1, 0, cells);
  const Tensor index = unsqueeze(maximum(owner, 0), 2);
  const Tensor own = gather_nd(shares, index, {.batch_axes = 1});
  const auto corner = [&](int k) { return select(own, 2, k); };
  const auto cell_of = [&](const auto& number) { return by_cell(height, width, number); };
  return {.there = cast(greater_equal(owner, 0), f32),
          .x = (corner(0) + corner(2)) / 2 * static_cast<double>(width) -
               cell_of([](std::int64_t, std::int64_t column) { return column; }),
          .y = (corner(1) + corner(3)) / 2 * static_cast<double>(height) -
               cell_of([](std::int64_t row, std::int64_t) { return row; }),
          .width = corner(2) - corner(0),
          .height = corner(3) - corner(1),
          .corners = own,
          .label = gather_nd(truths.labels, index, {.batch_axes = 1})};
}

class YoloV1 final : public Detector<YoloV1, YoloV1Options> {
 public:
  static constexpr const char* kName = "yolo-v1";
  static constexpr const char* kDescription = "finds things in pictures as YOLO was first published";
  explicit YoloV1(YoloV1Options options) : Detector(std::move(options)) {
    check_fixed_loss(kName, describes(), kLoss);
  }

  data::Recipe recipe(const data::Dataset& training) const override {
    return picture_recipe(training.info());
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    if (info.classes.empty()) return std::nullopt;
    return 5 * options_.boxes + static_cast<std::int64_t>(info.classes.size());
  }
  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return {{.describes = describes(), .loss = [this_ = *this](const train::Pass& pass) {
               return train::LossTerm::mean(this_.costs(pass));
             }}};
  }

  Candidates found(const HostMaps& maps, const std::vector<Shape>& outputs, const Shape& pictures,
                   std::int64_t row, double score) const {
    const Shape& map = checked(outputs);
    const std::span<const float> numbers = maps(0, row);
    const auto cells = static_cast<std::size_t>(map[2] * map[3]),
               boxes = static_cast<std::size_t>(options_.boxes), channels = static_cast<std::size_t>(map[1]);
    const auto width = static_cast<float>(pictures[3]), height = static_cast<float>(pictures[2]);
    Candidates all;
    for (std::size_t cell = 0; cell < cells; ++cell) {
      const auto column = static_cast<float>(static_cast<std::int64_t>(cell) % map[3]),
                 line = static_cast<float>(static_cast<std::int64_t>(cell) / map[3]);
      for (std::size_t k = 0; k < boxes; ++k) {
        const auto at = [&](std::size_t number) { return numbers[(5 * k + number) * cells + cell]; };
        const float x = (at(0) + column) * width / static_cast<float>(map[3]),
                    y = (at(1) + line) * height / static_cast<float>(map[2]);
        const float half_width = at(2) * at(2) * width / 2, half_height = at(3) * at(3) * height / 2;
        const float corners[4] = {x - half_width, y - half_height, x + half_width, y + half_height};
        for (std::size_t c = 5 * boxes; c < channels; ++c) {
          const float sure =
              std::clamp(at(4), 0.0F, 1.0F) * std::clamp(numbers[c * cells + cell], 0.0F, 1.0F);
          if (static_cast<double>(sure) >= score)
            all.add(corners, sure, static_cast<std::int64_t>(c - 5 * boxes));
        }
      }
    }
    return all;
  }

 private:
  const Shape& checked(const std::vector<Shape>& outputs) const {
    const Shape& map = outputs[0];
    if (outputs.size() == 1 && map.rank() == 4 && map[1] > 5 * options_.boxes) return map;
    throw ShapeError(
        fmt::format("{}: {} outputs, the first {}; expected one, [rows,{}·5 + classes,height,width]", kName,
                    outputs.size(), map.to_string(), options_.boxes));
  }

  // Of each picture the sum over its cells.
  Tensor costs(const train::Pass& pass) const {
    const Shape map = checked(shapes_of(pass.outputs()));
    const std::int64_t height = map[2], width = map[3], classes = map[1] - 5 * options_.boxes;
    const CellTruths truths = cell_truths(truths_of(pass), map, pass[data::kInput].shape());
    const Tensor cells = permute(flatten(cast(pass.output(), f32), 2), {0, 2, 1});  // [rows,cells,numbers]
    const Tensor boxes = unflatten(slice(cells, 2, 0, 5 * options_.boxes), 2, Shape{options_.boxes, 5});
    const auto at = [&](int k) { return select(boxes, 3, k); };  // [rows,cells,boxes]
    const auto each = [](const Tensor& of_cell) { return unsqueeze(of_cell, 2); };

    const Tensor column = by_cell(height, width, [](std::int64_t, std::int64_t x) { return x; }),
                 row = by_cell(height, width, [](std::int64_t y, std::int64_t) { return y; });
    const Tensor x = (at(0) + unsqueeze(column, 1)) / static_cast<double>(width),
                 y = (at(1) + unsqueeze(row, 1)) / static_cast<double>(height);
    const Tensor half_width = square(at(2)) / 2, half_height = square(at(3)) / 2;
    const Tensor corners = stack({x - half_width, y - half_height, x + half_width, y + half_height}, 3);
    const Tensor overlap = stop_gradient(box_overlap(corners, unsqueeze(truths.corners, 2)));

    // The box of the cell that overlaps its truth most is responsible for it.
    const Tensor responsible =
        cast(equal(iota_like(overlap, 2), argmax(overlap, 2, Keep::yes)), f32) * each(truths.there);
    const Tensor positions = square(at(0) - each(truths.x)) + square(at(1) - each(truths.y)),
                 sides = square(at(2) - each(sqrt(truths.width))) + square(at(3) - each(sqrt(truths.height)));
    const Tensor right = square(at(4) - overlap), wrong = square(at(4));
    const Tensor of_boxes = responsible * ((positions + sides) * options_.coord + right) +
                            (1 - responsible) * wrong * options_.noobj;
    const Tensor errors = slice(cells, 2, 5 * options_.boxes, map[1]) - one_hot(truths.label, classes);
    const Tensor of_classes = sum(square(errors), 2) * truths.there;
    return sum(of_boxes, {1, 2}) + sum(of_classes, 1);
  }
};

const bool added_yolo_v1 = YoloV1::add();

}  // namespace
}  // namespace luge::tasks
