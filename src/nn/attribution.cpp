#include "luge/nn/attribution.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/nearest.h"
#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/nn/observe.h"
#include "luge/ops/activation.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::nn {
namespace {

void check_picture(const char* what, const Tensor& x) {
  if (x.rank() != 4 || !x.shape().known() || x.shape().elements() == 0)
    throw ShapeError(fmt::format("{}: x is {}; expected pictures [N,C,H,W]", what, x.shape().to_string()));
}

// The unit of each picture, [N]: further axes of the output are summed.
Tensor unit_of(const char* what, const Tensor& output, std::int64_t unit) {
  if (output.rank() < 2)
    throw ShapeError(fmt::format("{}: the output is {}; expected [N,units] or [N,units,…]", what,
                                 output.shape().to_string()));
  if (unit < 0 || unit >= output.extent(1))
    throw IndexError(fmt::format("{}: unit {} of an output {}; expected 0 to {}", what, unit,
                                 output.shape().to_string(), output.extent(1) - 1));
  const Tensor chosen = select(output, 1, unit);
  return chosen.rank() == 1 ? chosen : sum(flatten(chosen, 1), 1);
}

Tensor slope(const Module& net, const Tensor& x, std::int64_t unit) {
  return max(abs(grad(sum(unit_of("saliency", net(x), unit)), x)), 1);
}

}  // namespace

Tensor saliency(const Module& net, const Tensor& x, std::int64_t unit, const SaliencyOptions& options) {
  check_picture("saliency", x);
  if (options.samples < 1)
    throw ValueError(fmt::format("saliency: samples is {}; expected 1 or more", options.samples));
  const Probe probe(net, false);
  if (options.samples == 1) return slope(net, x, unit);
  const Tensor range = (max(x) - min(x)) * options.noise;
  Tensor total;
  for (std::int64_t k = 0; k < options.samples; ++k) {
    const Tensor one = slope(net, x + random::normal(x.shape(), 0, 1, x.dtype()) * range, unit);
    total = total.defined() ? total + one : one;
    eval({total});
  }
  return total / options.samples;
}

Tensor grad_cam(const Module& net, const Tensor& x, std::int64_t unit, const std::string& layer) {
  check_picture("grad_cam", x);
  const Probe probe(net, false);
  constexpr std::int64_t kFine = 16;  // positions from which a map tells something apart
  Tensor features;
  std::vector<std::string> paths;
  bool fine = false;
  const Tensor output = observe(net, x, [&](const LayerCall& call) {
    if (call.path.empty()) return;
    paths.push_back(call.path);
    if (!layer.empty() && call.path != layer) return;
    if (call.outputs.size() != 1 || call.outputs[0].rank() != 4) return;
    const Tensor& out = call.outputs[0];
    const std::int64_t positions = out.extent(2) * out.extent(3);
    if (layer.empty() && (positions < 2 || (fine && positions < kFine))) return;
    features = out;
    fine = positions >= kFine;
  });
  if (!layer.empty() && std::find(paths.begin(), paths.end(), layer) == paths.end())
    throw ValueError(fmt::format("grad_cam: no layer '{}' is called{}", layer, suggestion(layer, paths)));
  if (!features.defined())
    throw ValueError(
        fmt::format("grad_cam: {} has an output [N,channels,height,width]",
                    layer.empty() ? "no layer" : fmt::format("layer '{}' is not one that", layer)));
  const Tensor g = grad(sum(unit_of("grad_cam", output, unit)), features);
  return relu(sum(mean(g, {2, 3}, Keep::yes) * features, 1));
}

Tensor occlusion(const Module& net, const Tensor& x, std::int64_t unit, const OcclusionOptions& options) {
  check_picture("occlusion", x);
  const std::int64_t n = x.extent(0), channels = x.extent(1), height = x.extent(2), width = x.extent(3);
  const std::int64_t window =
      options.window > 0 ? options.window : std::max<std::int64_t>(1, std::min(height, width) / 6);
  const std::int64_t stride = options.stride > 0 ? options.stride : std::max<std::int64_t>(1, window / 3);
  if (window > height || window > width)
    throw ValueError(
        fmt::format("occlusion: a window of {} pixels does not fit into {} x {}", window, height, width));
  const Probe probe(net, false);
  const auto original = x.to_vector<float>();
  const auto average = mean(x, {2, 3}).to_vector<float>();
  const std::int64_t rows = (height - window) / stride + 1, columns = (width - window) / stride + 1;
  const auto whole = unit_of("occlusion", net(x), unit).to_vector<float>();
  std::vector<float> falls(static_cast<std::size_t>(n * rows * columns));
  std::vector<float> covered;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      covered = original;
      for (std::int64_t plane = 0; plane < n * channels; ++plane) {
        for (std::int64_t y = row * stride; y < row * stride + window; ++y) {
          const auto at = covered.begin() + (plane * height + y) * width + column * stride;
          std::fill(at, at + window, average[static_cast<std::size_t>(plane)]);
        }
      }
      const auto now = unit_of("occlusion", net(tensor(covered, x.shape())), unit).to_vector<float>();
      for (std::int64_t k = 0; k < n; ++k) {
        const auto i = static_cast<std::size_t>(k);
        falls[static_cast<std::size_t>((k * rows + row) * columns + column)] = whole[i] - now[i];
      }
    }
  }
  return tensor(falls, {n, rows, columns});
}

}  // namespace luge::nn
