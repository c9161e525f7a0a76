#include "experiment/looked_inside.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "experiment/drawn_prediction.h"
#include "experiment/learned.h"
#include "luge/data/batches.h"
#include "luge/data/sources.h"
#include "luge/draw/heat.h"
#include "luge/error.h"
#include "luge/nn/attribution.h"
#include "luge/nn/conv.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::experiment {
namespace {

// Layers of which maps are shown; of deeper networks as many, evenly.
constexpr std::size_t kMostLayers = 12;
constexpr std::int64_t kMostFilters = 64;

Tensor input_of(const tasks::Learned& learned, const nn::Metadata& metadata, const data::Record& raw) {
  const data::Batches one = data::records({prepared_record(learned, metadata, raw)}).batch(1);
  const data::HostBatch batch = *one.epoch(0).next();
  const Tensor x = batch.to_tensors()[data::kInput];
  if (x.rank() != 4)
    throw ValueError(fmt::format("the network takes {}; only networks that look at pictures can be seen into",
                                 x.shape().to_string()));
  return cast(x, metadata.dtype);
}

std::vector<double> units_of(const Tensor& output) {
  const Tensor summed = output.rank() == 2 ? output : sum(flatten(output, 2), 2);
  return cast(summed, f64).to_vector<double>();
}

std::int64_t chosen_unit(const std::string& wanted, const std::vector<std::string>& names,
                         const std::vector<double>& units) {
  if (wanted.empty()) return std::max_element(units.begin(), units.end()) - units.begin();
  if (const auto named = std::find(names.begin(), names.end(), wanted); named != names.end())
    return named - names.begin();
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (error != std::errc() || end != wanted.data() + wanted.size() || number < 0 ||
      number >= static_cast<std::int64_t>(units.size()))
    throw ValueError(fmt::format("no output is called '{}'; expected {}a number from 0 to {}", wanted,
                                 names.empty() ? "" : "the name of a class or ", units.size() - 1));
  return number;
}

// Weights [filters,C,h,w] around gray, each filter by its largest magnitude; three channels are colors.
std::vector<draw::Picture> pictures_of_filters(const Tensor& weight) {
  std::vector<draw::Picture> all;
  const std::int64_t channels = weight.extent(1), height = weight.extent(2), width = weight.extent(3);
  const std::int64_t shown = channels == 3 ? 3 : 1;
  const Tensor planes = channels == 3 || channels == 1 ? weight : mean(weight, 1, Keep::yes);
  const auto values = cast(planes, f32).to_vector<float>();
  const auto size = static_cast<std::size_t>(shown * height * width);
  for (std::int64_t f = 0; f < std::min(weight.extent(0), kMostFilters); ++f) {
    const float* filter = values.data() + static_cast<std::size_t>(f) * size;
    float largest = 0;
    for (std::size_t i = 0; i < size; ++i) largest = std::max(largest, std::abs(filter[i]));
    io::Image image{height, width, shown, std::vector<std::uint8_t>(size, 128)};
    for (std::int64_t c = 0; c < shown; ++c) {
      for (std::int64_t i = 0; i < height * width; ++i) {
        const float part = largest > 0 ? filter[c * height * width + i] / largest : 0;
        image.pixels[static_cast<std::size_t>(i * shown + c)] =
            static_cast<std::uint8_t>(std::lround(127.5f + 127.5f * (std::isfinite(part) ? part : 0)));
      }
    }
    all.push_back({.image = std::move(image), .caption = fmt::format("{}\n±{:.2g}", f, largest)});
  }
  return all;
}

// The strongest channels of an output [1,C,H,W], by their mean magnitude.
void add_maps(const std::string& path, const Tensor& output, std::int64_t most,
              std::vector<draw::Picture>& all) {
  const auto strengths = cast(mean(abs(output), {0, 2, 3}), f64).to_vector<double>();
  const auto values = cast(output, f32).to_vector<float>();
  const auto size = static_cast<std::size_t>(output.extent(2) * output.extent(3));
  std::vector<std::size_t> order(strengths.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return strengths[a] > strengths[b]; });
  for (std::int64_t k = 0; k < most; ++k) {
    if (k >= static_cast<std::int64_t>(order.size())) {  // the next layer begins a row
      all.push_back({.image = {1, 1, 1, {255}}});
      continue;
    }
    const std::size_t channel = order[static_cast<std::size_t>(k)];
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(channel * size);
    const std::vector<float> map(first, first + static_cast<std::ptrdiff_t>(size));
    all.push_back(
        {.image = draw::levels_of(map, output.extent(2), output.extent(3)),
         .caption = fmt::format("{} {}\n{} x {}", path, channel, output.extent(2), output.extent(3))});
  }
}

struct Convolution {
  std::string path;
  Tensor output;
};

std::vector<Convolution> evenly(const std::vector<Convolution>& all) {
  if (all.size() <= kMostLayers) return all;
  std::vector<Convolution> some;
  for (std::size_t k = 0; k < kMostLayers; ++k) some.push_back(all[k * (all.size() - 1) / (kMostLayers - 1)]);
  return some;
}

}  // namespace

Looked look_inside(const nn::Module& net, const tasks::Learned& learned, const nn::Metadata& metadata,
                   const data::Record& raw, const LookOptions& options) {
  const Tensor x = input_of(learned, metadata, raw);
  Looked looked;
  std::vector<Convolution> convolutions;
  Tensor first_weight, output;
  {
    const nn::Probe probe(net, false);
    output = nn::observe(net, x, [&](const nn::LayerCall& call) {
      const auto* conv = dynamic_cast<const nn::ConvLayer*>(&call.module);
      if (!conv || call.outputs.at(0).rank() != 4) return;
      convolutions.push_back({call.path, call.outputs[0]});
      if (!first_weight.defined()) first_weight = conv->weight.value();
    });
    if (output.rank() < 2)
      throw ValueError(fmt::format("the network answers {}; expected an output for each class",
                                   output.shape().to_string()));
    for (const Convolution& each : evenly(convolutions))
      add_maps(each.path, each.output, options.maps, looked.maps);
  }
  const std::vector<double> units = units_of(output);
  looked.unit = chosen_unit(options.unit, metadata.classes, units);
  const auto at = static_cast<std::size_t>(looked.unit);
  looked.answer = units[at];
  looked.name = at < metadata.classes.size() ? metadata.classes[at] : fmt::format("output {}", at);
  if (first_weight.defined()) looked.filters = pictures_of_filters(first_weight);

  const io::Image picture = drawn_prediction(learned, raw, {}, {}, "").image;
  const auto over = [&](const Tensor& map, const std::string& caption) {
    looked.reasons.push_back(
        {.image = draw::heat_over(picture, cast(map, f32).to_vector<float>(), map.extent(1), map.extent(2)),
         .caption = caption + "\n" + looked.name});
  };
  looked.reasons.push_back(
      {.image = picture, .caption = fmt::format("input\n{}: output {:.3g}", looked.name, looked.answer)});
  over(nn::saliency(net, x, looked.unit, {.samples = options.samples}), "saliency");
  if (!convolutions.empty() || !options.layer.empty())
    over(nn::grad_cam(net, x, looked.unit, options.layer), "Grad-CAM");
  over(nn::occlusion(net, x, looked.unit, {.window = options.window}), "occlusion");
  return looked;
}

std::vector<nn::LayerField> layer_fields(const nn::Module& net, const tasks::Learned& learned,
                                         const nn::Metadata& metadata, const data::Record& raw) {
  return nn::receptive_fields(net, input_of(learned, metadata, raw));
}

}  // namespace luge::experiment
