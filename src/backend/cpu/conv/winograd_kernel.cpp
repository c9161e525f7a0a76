// Winograd's convolutions as candidates in all three directions. They work in blocks of channels, the same
// for images and weights in each direction, so that nothing is reordered between them.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/post_ops.h"
#include "backend/cpu/conv/types.h"
#include "backend/cpu/conv/winograd_plan.h"
#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/cost.h"
#include "ops/attributes/window.h"

namespace luge::cpu::conv {
namespace {

std::string refuse_shapes(const ConvAttributes& a, const ConvTypes& s, Math math) {
  const int lanes = winograd_loops().lanes;
  if (lanes == 0) return "needs AVX2 or AVX-512";
  if (math == Math::strict) return "math = strict forbids Winograd";
  if (std::string reason = refuse_dtypes(s); !reason.empty()) return reason;
  if (s.x.shape.rank() != 4 || s.w.shape[2] != 3 || s.w.shape[3] != 3) return "takes windows of 3x3";
  if (std::string reason = refuse_steps(a, s); !reason.empty()) return reason;
  if (std::min(s.x.shape[1], s.y.shape[1]) < lanes)
    return fmt::format("pays from {} channels on both sides", lanes);
  return {};
}

WinogradProblem problem_of(const ConvAttributes& a, const ConvTypes& s) {
  const Windows<ConvAttributes> windows(a, s.x.shape, s.w.shape.begin() + 2);
  const int64_t lanes = winograd_loops().lanes;
  return {s.x.shape[0],
          s.x.shape[2],
          s.x.shape[3],
          s.y.shape[2],
          s.y.shape[3],
          windows.axis[1].pad_begin,
          windows.axis[2].pad_begin,
          (s.x.shape[1] + lanes - 1) / lanes,
          (s.y.shape[1] + lanes - 1) / lanes};
}

/// The gradient of the image as a convolution of dy by turned windows.
WinogradProblem turned(const WinogradProblem& p) {
  return {p.images,      p.out_height,   p.out_width,     p.height,        p.width,
          2 - p.pad_top, 2 - p.pad_left, p.filter_blocks, p.channel_blocks};
}

// Products on 36 points, and the transforms of images and weights. Both transforms cost more where their
// numbers leave the caches before they are used. docs/decisions tells the measurements.
double cost(const WinogradProblem& p, const WinogradCut& cut, int threads) {
  constexpr double near_image = 0.3e-9, far_image = 0.6e-9;
  constexpr double passing_weight = 0.12e-9, near_weight = 0.8e-9, far_weight = 2.3e-9;
  constexpr double near_weights = 1 << 20;
  const double lanes = winograd_loops().lanes, tiles = static_cast<double>(p.tiles());
  const double channels = lanes * static_cast<double>(p.channel_blocks),
               filters = lanes * static_cast<double>(p.filter_blocks);
  const double image = (cut.together ? far_image : near_image) * 16 / lanes,
               weight = cut.summed > 0                                        ? passing_weight
                        : kWinogradPoints * channels * filters > near_weights ? far_weight
                                                                              : near_weight;
  // Of few tiles each number of the weights comes from the second cache for as many multiplications, and
  // again for each block.
  const double few = static_cast<double>(cut.tiles),
               efficiency = cut.summed > 0 ? 0.85 * few / (few + 10) : 0.85,
               blocks = cut.summed > 0 ? tiles / few : 1;
  const double transforms =
      kWinogradPoints * (image * tiles * (channels + filters) + weight * blocks * channels * filters);
  return cpu::onednn::seconds(DType::f32, 2 * kWinogradPoints * tiles * channels * filters, efficiency, 0,
                              threads) +
         transforms / threads;
}

int threads_for(const WinogradProblem& p, int threads) {
  const auto lanes = static_cast<double>(winograd_loops().lanes);
  const double flops =
      72 * static_cast<double>(p.tiles() * p.channel_blocks * p.filter_blocks) * lanes * lanes;
  return cpu::onednn::threads_for(flops, 0, threads);
}

std::string note(const WinogradCut& cut, int threads) {
  return fmt::format("winograd F(4x4, 3x3), {} lanes, {} tiles at once{}{}", winograd_loops().lanes,
                     cut.tiles,
                     cut.summed > 0 ? " of few"
                     : cut.together ? " together"
                                    : "",
                     threads == 1 ? ", one thread" : "");
}

class WinogradRun final : public PreparedKernel {
 public:
  WinogradRun(const WinogradForwardPlan& plan, const FusedPostOps& post_ops)
      : plan_(plan), post_ops_(post_ops) {}
  void run(const KernelCall& call) const override {
    plan_.run(static_cast<const float*>(call.in[0]), static_cast<const float*>(call.in[1]),
              static_cast<float*>(call.out[0]), post_ops_.values(call), call.scratch);
  }

 private:
  WinogradForwardPlan plan_;
  FusedPostOps post_ops_;
};

class WinogradForward final : public Kernel {
 public:
  std::string_view name() const override { return "winograd conv"; }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.in[0], r.in[1], r.out[0]};
    if (std::string reason = refuse_shapes(attributes, shapes, r.math); !reason.empty())
      return refuse(std::move(reason));
    FusedPostOps post_ops(r);
    if (!post_ops.refusal.empty()) return refuse(std::move(post_ops.refusal));
    const WinogradProblem problem = problem_of(attributes, shapes);
    const int threads = threads_for(problem, r.threads);
    const WinogradCut cut = winograd_cut(problem, threads);
    const WinogradForwardPlan plan(problem, false, threads, cut);
    Offer offer;
    lay_in_blocks(offer, r, post_ops, winograd_loops().lanes,
                  cpu::weight_blocks(winograd_loops().lanes, shapes.w));
    offer.scratch = plan.scratch();
    offer.cost = cost(problem, cut, threads);
    offer.note = note(cut, threads);
    offer.kernel = std::make_shared<WinogradRun>(plan, post_ops);
    return offer;
  }
};

class WinogradData final : public Kernel {
 public:
  std::string_view name() const override { return "winograd conv backward data"; }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.out[0], r.in[1], r.in[0]};
    if (std::string reason = refuse_shapes(attributes, shapes, r.math); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    const WinogradProblem problem = turned(problem_of(attributes, shapes));
    const int threads = threads_for(problem, r.threads);
    const WinogradCut cut = winograd_cut(problem, threads);
    const WinogradForwardPlan plan(problem, true, threads, cut);
    Offer offer;
    offer.in_layouts = {cpu::channel_blocks(winograd_loops().lanes, shapes.y),
                        cpu::weight_blocks(winograd_loops().lanes, shapes.w), any_layout};
    offer.out_layouts = {cpu::channel_blocks(winograd_loops().lanes, shapes.x)};
    offer.scratch = plan.scratch();
    offer.cost = cost(problem, cut, threads);
    offer.note = note(cut, threads);
    offer.kernel = std::make_shared<WinogradRun>(plan, FusedPostOps());
    return offer;
  }
};

class WinogradWeightsRun final : public PreparedKernel {
 public:
  explicit WinogradWeightsRun(const WinogradWeightsPlan& plan) : plan_(plan) {}
  void run(const KernelCall& call) const override {
    plan_.run(static_cast<const float*>(call.in[0]), static_cast<const float*>(call.in[1]),
              static_cast<float*>(call.out[0]), static_cast<float*>(call.out[1]), call.scratch);
  }

 private:
  WinogradWeightsPlan plan_;
};

class WinogradWeights final : public Kernel {
 public:
  std::string_view name() const override { return "winograd conv backward weights"; }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.in[0], r.out[0], r.in[1]};
    if (std::string reason = refuse_shapes(attributes, shapes, r.math); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    if (!r.out_used[0]) return refuse("only the bias gradient is wanted, which is a plain sum");
    const WinogradProblem problem = problem_of(attributes, shapes);
    const int threads = threads_for(problem, r.threads);
    const WinogradCut cut = winograd_weights_cut(problem, threads);
    const WinogradWeightsPlan plan(problem, shapes.y.shape[1], threads, cut);
    Offer offer;
    offer.in_layouts = {cpu::channel_blocks(winograd_loops().lanes, shapes.x),
                        cpu::channel_blocks(winograd_loops().lanes, shapes.y), any_layout};
    offer.out_layouts = {cpu::weight_blocks(winograd_loops().lanes, shapes.w), public_layout};
    offer.scratch = plan.scratch();
    offer.cost = cost(problem, cut, threads);
    offer.note = note(cut, threads);
    offer.kernel = std::make_shared<WinogradWeightsRun>(plan);
    return offer;
  }
};

}  // namespace

Candidate winograd_conv() { return std::make_unique<WinogradForward>(); }
Candidate winograd_conv_backward_data() { return std::make_unique<WinogradData>(); }
Candidate winograd_conv_backward_weights() { return std::make_unique<WinogradWeights>(); }

}  // namespace luge::cpu::conv
