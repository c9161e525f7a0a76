#include "luge/nn/resize.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "luge/facts.h"
#include "nn/registered_layer.h"
#include "nn/window_options.h"

template <>
struct luge::options::Names<luge::Interpolation> {
  static constexpr std::pair<Interpolation, const char*> all[] = {{Interpolation::nearest, "nearest"},
                                                                  {Interpolation::linear, "linear"},
                                                                  {Interpolation::cubic, "cubic"}};
};
template <>
struct luge::options::Names<luge::Coordinates> {
  static constexpr std::pair<Coordinates, const char*> all[] = {
      {Coordinates::half_pixel, "half_pixel"},
      {Coordinates::pytorch_half_pixel, "pytorch_half_pixel"},
      {Coordinates::align_corners, "align_corners"},
      {Coordinates::asymmetric, "asymmetric"}};
};
template <>
struct luge::options::Names<luge::NearestRounding> {
  static constexpr std::pair<NearestRounding, const char*> all[] = {
      {NearestRounding::prefer_floor, "prefer_floor"},
      {NearestRounding::prefer_ceil, "prefer_ceil"},
      {NearestRounding::floor, "floor"},
      {NearestRounding::ceil, "ceil"}};
};
template <>
struct luge::options::Names<luge::PadMode> {
  static constexpr std::pair<PadMode, const char*> all[] = {{PadMode::constant, "constant"},
                                                            {PadMode::reflect, "reflect"},
                                                            {PadMode::replicate, "replicate"},
                                                            {PadMode::circular, "circular"}};
};

namespace luge::nn {
namespace {

using options::above, options::at_least, options::elsewhere, options::required;

struct UpsampleText {
  UpsampleOptions options = {};
  static void fields(auto& self, auto&& field) {
    auto& own = self.options;
    field("scale", own.scale, "factors of the spatial extents", above(0),
          elsewhere({"scale_factor", "factor"}));
    field("size", own.size, "spatial extents of the output, in place of a scale", elsewhere({"output_size"}));
    field("mode", own.mode, "how elements between those of the input are found",
          elsewhere({"interpolation"}));
    field("coordinates", own.coordinates, "what an output coordinate means in the input",
          elsewhere({"coordinate_transformation_mode"}));
    field("rounding", own.rounding, "for the mode nearest: which element is the nearest",
          elsewhere({"nearest_mode"}));
    field("cubic", own.cubic, "for the mode cubic: the a of Keys 1981", elsewhere({"cubic_coeff_a"}));
  }
};

struct PadText {
  std::vector<std::int64_t> padding;
  PadLayerOptions options = {};
  static void fields(auto& self, auto&& field) {
    field("padding", self.padding,
          "elements on all sides, or all begins and then all ends of the spatial axes", required, at_least(0),
          elsewhere({"pad", "pads"}));
    field("mode", self.options.mode, "what the new elements are", elsewhere({"padding_mode"}));
    field("value", self.options.value, "for the mode constant: the value", elsewhere({"constant_value"}));
  }
};

struct BlockText {
  std::int64_t block = 0;
  static void fields(auto& self, auto&& field) {
    field("block", self.block, "pixels that a block is high and wide", at_least(1), required,
          elsewhere({"upscale_factor", "blocksize", "factor"}));
  }
};

const RegisteredLayer<UpsampleText> kUpsample("upsample", "images resized", [](const UpsampleText& text) {
  return Upsample(text.options);
});
const RegisteredLayer<PadText> kPad("pad", "images extended at their border",
                                    [](const PadText& text) { return Pad(text.padding, text.options); });
const RegisteredLayer<BlockText> kPixelShuffle("pixel-shuffle", "channels as blocks of pixels",
                                               [](const BlockText& text) {
                                                 return PixelShuffle(text.block);
                                               });

const bool told_resize = facts::add(
    "layer",
    {{"upsample",
      {.formula =
           "y at each position = x at the position in the input: the nearest element, or a mean of neighbors",
       .parameters = "none",
       .output = "[N,C,…] with spatial extents ⌊n·scale⌋, or size",
       .use = "to enlarge pictures without a checkered pattern, before a convolution."}},
     {"pad",
      {.formula = "y = x with elements around it",
       .parameters = "none",
       .output = "spatial extents n + padding",
       .use = "where a border should be zeros, a copy or a mirror image before a convolution."}},
     {"pixel-shuffle",
      {.formula = "y at (c, h·block + i, w·block + j) = x at (c·block² + i·block + j, h, w)",
       .parameters = "none",
       .output = "[N,C/block²,H·block,W·block]",
       .use = "to enlarge pictures after convolutions at the small size (super-resolution)."}}});

}  // namespace

Upsample::Upsample(const UpsampleOptions& options) : options_(options) {
  options::check("Upsample", UpsampleText{options});
  if (options.scale.empty() && options.size.values.empty()) {
    throw options::OptionError("Upsample",
                               options::OptionError("scale", "scale is empty; expected a number, or a size"));
  }
}

Tensor Upsample::forward(const Tensor& x) const {
  InterpolateOptions options{.mode = options_.mode,
                             .coordinates = options_.coordinates,
                             .rounding = options_.rounding,
                             .cubic = options_.cubic};
  if (options_.size.values.empty()) {
    options.scales = options_.scale;
  } else {
    options.sizes = options_.size;
  }
  return interpolate(x, options);
}

std::string Upsample::describe() const {
  if (!options_.size.values.empty())
    return fmt::format("Upsample to {}", fmt::join(options_.size.values, "x"));
  return fmt::format("Upsample {}", fmt::join(options_.scale, "x"));
}

std::optional<LayerText> Upsample::text() const { return kUpsample.text({options_}); }

Pad::Pad(std::vector<std::int64_t> pads, const PadLayerOptions& options)
    : pads_(std::move(pads)), options_(options) {
  options::check("Pad", PadText{pads_, options});
  if (pads_.size() == 1 || (!pads_.empty() && pads_.size() % 2 == 0 && pads_.size() <= 6)) return;
  throw options::OptionError(
      "Pad", options::OptionError("padding", fmt::format("padding has {} numbers; expected 1, 2, 4 or 6: all "
                                                         "begins, then all ends of the spatial axes",
                                                         pads_.size())));
}

Tensor Pad::forward(const Tensor& x) const {
  const int spatial = pads_.size() == 1 ? x.rank() - 2 : static_cast<int>(pads_.size() / 2);
  if (spatial < 1 || x.rank() != spatial + 2) {
    throw ShapeError(fmt::format("input {} has {} axes; expected {}: [N,C] and one for each begin and end",
                                 x.shape().to_string(), x.rank(), std::max(spatial, 1) + 2));
  }
  std::vector<AxisPad> each;
  for (int k = 0; k < spatial; ++k) {
    const auto begin = static_cast<std::size_t>(pads_.size() == 1 ? 0 : k);
    const auto end = static_cast<std::size_t>(pads_.size() == 1 ? 0 : k + spatial);
    each.push_back({k + 2, pads_[begin], pads_[end]});
  }
  return pad(x, each, {options_.mode, options_.value});
}

std::string Pad::describe() const { return fmt::format("Pad {}", fmt::join(pads_, ",")); }
std::optional<LayerText> Pad::text() const { return kPad.text({pads_, options_}); }

PixelShuffle::PixelShuffle(std::int64_t block) : block_(block) {
  options::check("PixelShuffle", BlockText{block});
}

Tensor PixelShuffle::forward(const Tensor& x) const {
  return depth_to_space(x, block_, DepthOrder::column_row_depth);
}

std::string PixelShuffle::describe() const { return fmt::format("PixelShuffle {}", block_); }
std::optional<LayerText> PixelShuffle::text() const { return kPixelShuffle.text({block_}); }

}  // namespace luge::nn
