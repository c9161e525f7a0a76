#include "tasks/whole_pictures.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "luge/data/augment.h"
#include "luge/data/picture_fields.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/graph.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "luge/tasks/registry.h"

namespace luge::tasks {
namespace {

// The raw picture [channels,height,width]; null when there is none.
const data::HostArray* picture_in(const data::Record& raw) {
  for (const std::string_view name : {data::kImage, data::kInput}) {
    const data::HostArray* found = raw.find(std::string(name));
    if (found && !found->field.text && found->field.shape.rank() == 3) return found;
  }
  return nullptr;
}

// The steps that do not change the extents of this picture.
data::Recipe without_sizes(const data::Recipe& recipe, const data::Record& raw) {
  const data::Dataset one = data::records({raw});
  std::vector<data::StepRef> others;
  for (const data::StepRef& step : recipe.steps()) {
    if (data::steps::with_picture_sizes(data::Recipe({step}), one).source() == one.source())
      others.push_back(step);
  }
  return data::Recipe(std::move(others));
}

// The input of the network, and where the pixels of the raw picture are in it.
struct Shown {
  data::HostArray input;
  Mapping mapping;
  bool resized = false, cut = false;
};

// Two points of the picture tell where the recipe takes it.
Shown shown_to(const data::Recipe& recipe, const data::Record& raw, const Shape& picture) {
  constexpr float kFirst = 0.45f, kLast = 0.55f;  // of the extents: a crop of the middle leaves them
  const auto height = static_cast<float>(picture[1]), width = static_cast<float>(picture[2]);
  data::Record marked = raw;
  data::HostArray points(data::Field{f32, {2, 3}});
  const float at[] = {kFirst * width, kFirst * height, 1, kLast * width, kLast * height, 1};
  std::copy(std::begin(at), std::end(at), points.as<float>().begin());
  marked.set(std::string(data::kPoints), std::move(points));
  marked = recipe.prediction(std::move(marked));
  const auto moved = marked[data::kPoints].as<float>();
  const double scale_x = (moved[3] - moved[0]) / ((kLast - kFirst) * width),
               scale_y = (moved[4] - moved[1]) / ((kLast - kFirst) * height);
  const double left = moved[0] - scale_x * at[0], top = moved[1] - scale_y * at[1];
  const bool same = std::abs(scale_x - 1) * width < 0.5 && std::abs(scale_y - 1) * height < 0.5;
  if (same || !(scale_x > 0 && scale_y > 0)) {
    data::Record own = without_sizes(recipe, raw).prediction(raw);
    return {std::move(own[data::kInput]), {}, false};
  }
  Shown shown{std::move(marked[data::kInput]), {scale_x, scale_y, left, top}, true};
  const Shape& input = shown.input.field.shape;
  constexpr double kSlack = 1;  // extents are whole numbers
  shown.cut = input.rank() == 3 && (left < -kSlack || top < -kSlack ||
                                    left + scale_x * width > static_cast<double>(input[2]) + kSlack ||
                                    top + scale_y * height > static_cast<double>(input[1]) + kSlack);
  return shown;
}

// The network's output for a tensor of these types.
Tensor output_of(const nn::Module& net, const Tensor& x) { return net(Tensors{x}).at(0); }

// Whether an input of these extents gives an output of the same ones.
bool keeps_extents(const nn::Module& net, DType dtype, const Shape& input) {
  try {
    const nn::Probe probe(net, false);
    const nn::TypesAlone types;
    const Shape output = output_of(net, graph::placeholder(dtype, input, "input")).shape();
    return output.rank() == 4 && output[2] == input[2] && output[3] == input[3];
  } catch (const ShapeError&) {
    return false;
  }
}

// The smallest power of two of which extents must be multiples.
std::int64_t multiple_of(const nn::Module& net, DType dtype, std::int64_t channels) {
  constexpr std::int64_t kMost = 256;
  for (std::int64_t m = 1; m <= kMost; m *= 2) {
    if (keeps_extents(net, dtype, {1, channels, 5 * m, 3 * m})) return m;
  }
  throw ShapeError(
      fmt::format("segmentation: the output of the network does not have the extents of its input, also for "
                  "multiples of {}; expected one number or one number of each class for each pixel",
                  kMost));
}

}  // namespace

std::optional<Pixels> of_whole_picture(const nn::Module& net, const data::Recipe& recipe,
                                       const data::Record& raw, std::int64_t tile, std::int64_t overlap,
                                       const OfOutput& numbers) {
  const nn::Metadata& metadata = net.metadata();
  const data::HostArray* picture = picture_in(raw);
  if (!picture || recipe.empty() || net.input_names().size() != 1 || metadata.input.rank() != 3)
    return std::nullopt;
  const Shape raw_shape = picture->field.shape;
  const Shown shown = shown_to(recipe, raw, raw_shape);
  const Shape& input = shown.input.field.shape;
  if (shown.cut || input.rank() != 3 || shown.input.field.dtype != f32) return std::nullopt;
  if (input[0] != metadata.input[0]) {
    throw ShapeError(fmt::format("segmentation: the picture is {}; the network takes {} channels",
                                 input.to_string(), metadata.input[0]));
  }
  TileOptions options{.height = tile, .width = tile, .overlap = overlap};
  if (takes_any_extents(metadata)) {
    options.multiple = multiple_of(net, metadata.dtype, input[0]);
  } else {
    options.height = metadata.input[1], options.width = metadata.input[2];
    options.overlap = std::min(overlap, std::min(options.height, options.width) / 2);
    options.fixed = true;
  }
  const auto values = shown.input.as<float>();
  const Pixels planes{input[0], input[1], input[2], {values.begin(), values.end()}};
  Pixels said = in_tiles(planes, options, [&](const Pixels& part) {
    const nn::Probe probe(net, false);
    const Tensor x = tensor<float>(part.values, Shape{1, part.channels, part.height, part.width});
    const Tensor each = cast(numbers(output_of(net, cast(x, metadata.dtype))), f32);
    const std::int64_t channels = each.rank() == 4 ? each.extent(3) : 1;
    if (each.extent(1) != part.height || each.extent(2) != part.width) {
      throw ShapeError(fmt::format("segmentation: the output for {}x{} pixels has {}x{}", part.width,
                                   part.height, each.extent(2), each.extent(1)));
    }
    return Pixels{channels, part.height, part.width, each.to_vector<float>()};
  });
  if (!shown.resized) return said;
  return resampled(said, shown.mapping, raw_shape[1], raw_shape[2]);
}

}  // namespace luge::tasks
