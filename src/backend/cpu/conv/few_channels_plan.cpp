#include "backend/cpu/conv/few_channels_plan.h"

#include <fmt/format.h>

#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/cost.h"
#include "ops/attributes/window.h"

namespace luge::narrow {

double Shapes::flops() const {
  return 2 * static_cast<double>(y.shape.elements()) * static_cast<double>(w.shape.elements()) /
         static_cast<double>(w.shape[0]);
}

double Shapes::bytes() const { return 4 * static_cast<double>(x.shape.elements() + y.shape.elements()); }

std::string refuse_shapes(const ConvAttributes& a, const Shapes& s) {
  if (loops().lanes == 0) return "needs AVX2 or AVX-512";
  for (const Type* type : {&s.x, &s.w, &s.y}) {
    if (type->dtype != DType::f32) return fmt::format("takes f32, got {}", luge::name(type->dtype));
  }
  if (s.x.shape.rank() != 4) return "takes two spatial axes";
  if (s.w.shape[2] != s.w.shape[3] || (s.w.shape[2] != 3 && s.w.shape[2] != 5))
    return "takes windows of 3x3 and 5x5";
  if (a.groups != 1) return "takes no groups";
  for (std::size_t k = 0; k < 2; ++k) {
    if (a.stride[k] != 1) return fmt::format("takes stride 1, got {}", a.stride[k]);
    if (a.dilation[k] != 1) return "takes no dilation";
  }
  if (s.x.shape.elements() == 0 || s.y.shape.elements() == 0 || s.w.shape.elements() == 0)
    return "nothing to convolve";
  return {};
}

std::string refuse_planes(const Planes& p, int64_t results) {
  if (results > most_channels)
    return fmt::format("gives at most {} channels, got {}", most_channels, results);
  if (p.channels > most_channels)
    return fmt::format("reads at most {} channels, got {}", most_channels, p.channels);
  if (p.numbers(loops().lanes) * 4 > most_bytes) return "an image is larger than a core's cache";
  return {};
}

Planes planes_of(const ConvAttributes& a, const Shapes& s) {
  const Windows<ConvAttributes> windows(a, s.x.shape, s.w.shape.begin() + 2);
  return {s.x.shape[1],
          s.x.shape[2],
          s.x.shape[3],
          s.w.shape[2],
          windows.axis[1].pad_begin,
          windows.axis[2].pad_begin,
          s.y.shape[2],
          s.y.shape[3],
          0};
}

LayoutId entering(const KernelRequest& r, std::size_t k, Planes& planes) {
  const LayoutId blocks = cpu::channel_blocks(loops().lanes, r.in[k]);
  if (k >= r.in_layouts.size() || r.in_layouts[k] != blocks || blocks == public_layout) return public_layout;
  planes.lanes_in = loops().lanes;
  return blocks;
}

int64_t entering_numbers(const Planes& p) {
  const int64_t lanes = std::max<int64_t>(p.lanes_in, 1);
  return (p.channels + lanes - 1) / lanes * lanes * p.height * p.width;
}

double filled(int64_t extent) {
  const int64_t lanes = loops().lanes;
  return static_cast<double>(extent) / static_cast<double>((extent + lanes - 1) / lanes * lanes);
}

Threads::Threads(const KernelRequest& r, const Shapes& s, double efficiency)
    : count(static_cast<int>(
          std::min<int64_t>(s.x.shape[0], cpu::onednn::threads_for(s.flops(), s.bytes(), r.threads)))),
      seconds(cpu::onednn::seconds(DType::f32, s.flops(), efficiency, s.bytes(), count)) {}

std::string note(std::string_view how, int threads) {
  return fmt::format("{}, {} lanes{}", how, loops().lanes, threads == 1 ? ", one thread" : "");
}

}  // namespace luge::narrow
