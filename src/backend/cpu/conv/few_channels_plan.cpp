#include "backend/cpu/conv/few_channels_plan.h"

#include <fmt/format.h>

#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/cost.h"
#include "ops/attributes/window.h"

namespace luge::cpu::conv {

std::string refuse_types(const ConvAttributes& a, const ConvTypes& s) {
  if (few_channels_loops().lanes == 0) return "needs AVX2 or AVX-512";
  if (std::string reason = refuse_dtypes(s); !reason.empty()) return reason;
  if (s.x.shape.rank() != 4) return "takes two spatial axes";
  if (s.w.shape[2] != s.w.shape[3] || (s.w.shape[2] != 3 && s.w.shape[2] != 5))
    return "takes windows of 3x3 and 5x5";
  return refuse_steps(a, s);
}

std::string refuse_planes(const PaddedPlanes& p, int64_t results) {
  if (results > most_channels)
    return fmt::format("gives at most {} channels, got {}", most_channels, results);
  if (p.channels > most_channels)
    return fmt::format("reads at most {} channels, got {}", most_channels, p.channels);
  if (p.numbers(few_channels_loops().lanes) * 4 > most_bytes) return "an image is larger than a core's cache";
  return {};
}

PaddedPlanes planes_of(const ConvAttributes& a, const ConvTypes& s) {
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

LayoutId entering(const KernelRequest& r, std::size_t k, PaddedPlanes& planes) {
  const LayoutId blocks = cpu::channel_blocks(few_channels_loops().lanes, r.in[k]);
  if (k >= r.in_layouts.size() || r.in_layouts[k] != blocks || blocks == public_layout) return public_layout;
  planes.lanes_in = few_channels_loops().lanes;
  return blocks;
}

int64_t stored_numbers(int64_t lanes, int64_t channels, int64_t points) {
  return (lanes == 0 ? channels : (channels + lanes - 1) / lanes * lanes) * points;
}

int64_t entering_numbers(const PaddedPlanes& p) {
  return stored_numbers(p.lanes_in, p.channels, p.height * p.width);
}

double filled(int64_t extent) {
  const int64_t lanes = few_channels_loops().lanes;
  return static_cast<double>(extent) / static_cast<double>((extent + lanes - 1) / lanes * lanes);
}

ThreadedCost::ThreadedCost(const KernelRequest& r, const ConvTypes& s, double efficiency)
    : count(static_cast<int>(
          std::min<int64_t>(s.x.shape[0], cpu::onednn::threads_for(s.flops(), s.bytes(), r.threads)))),
      seconds(cpu::onednn::seconds(DType::f32, s.flops(), efficiency, s.bytes(), count)) {}

std::string few_channels_note(std::string_view how, int threads) {
  return fmt::format("{}, {} lanes{}", how, few_channels_loops().lanes, threads == 1 ? ", one thread" : "");
}

}  // namespace luge::cpu::conv
