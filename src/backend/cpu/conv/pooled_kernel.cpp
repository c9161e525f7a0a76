// Convolutions of few channels together with the max pooling after them, one image after the other: what
// lies between the two stays in a core's cache.
#include <fmt/format.h>

#include <algorithm>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "backend/cpu/conv/few_channels.h"
#include "backend/cpu/conv/few_channels_plan.h"
#include "backend/cpu/conv/pooled.h"
#include "backend/cpu/layout.h"
#include "ops/attributes/conv_pool.h"
#include "ops/attributes/window.h"

namespace luge::cpu::conv {
namespace {

// With more channels Winograd's form of the convolution alone is faster.
constexpr int64_t most_pooled_channels = 8;
constexpr double efficiency = 0.6;

/// What both directions need to know of the pair.
struct ConvPoolPair {
  ConvTypes conv;  // y: the image between the two
  PaddedPlanes planes{};
  PooledShape pooled{};
  std::string refusal;

  ConvPoolPair(const KernelRequest& r, const Type& x, const Type& w) : conv{x, w, between(r, x, w)} {
    const auto& a = *r.op.attributes<ConvPoolAttributes>();
    refusal = refuse_types(a.conv, conv);
    if (refusal.empty()) refusal = refuse_pool(a.pool);
    if (!refusal.empty()) return;
    planes = planes_of(a.conv, conv);
    pooled = {planes.out_height / 2, planes.out_width / 2};
    refusal = refuse_planes(planes, lanes() ? 0 : filters());
    if (planes.channels > most_pooled_channels)
      refusal = fmt::format("reads at most {} channels, got {}", most_pooled_channels, planes.channels);
    if (!lanes() && filters() * points() * 4 > most_bytes) refusal = "an image is larger than a core's cache";
    if (pooled.points() == 0) refusal = "nothing to pool";
    if (!r.post.empty()) refusal = "fuses nothing";
  }

  int64_t images() const { return conv.x.shape[0]; }
  int64_t filters() const { return conv.y.shape[1]; }
  int64_t points() const { return planes.out_height * planes.out_width; }
  int64_t taps() const { return planes.channels * planes.kernel * planes.kernel; }
  /// Filters are in lanes where they fill them; then results come in blocks of channels, else they are
  /// public.
  bool lanes() const { return filters() % few_channels_loops().lanes == 0; }
  LayoutId layout(const Type& type) const {
    return lanes() ? cpu::channel_blocks(few_channels_loops().lanes, type) : public_layout;
  }

 private:
  static Type between(const KernelRequest& r, const Type& x, const Type& w) {
    Type y = x;
    if (x.shape.rank() != 4 || w.shape.rank() != 4) return y;
    const Windows<ConvAttributes> along(r.op.attributes<ConvPoolAttributes>()->conv, x.shape,
                                        w.shape.begin() + 2);
    y.shape = Shape{x.shape[0], w.shape[0], along.axis[1].out, along.axis[2].out};
    return y;
  }

  static std::string refuse_pool(const PoolAttributes& a) {
    const auto all = [](const std::vector<int64_t>& extents, int64_t wanted) {
      return std::all_of(extents.begin(), extents.end(), [&](int64_t extent) { return extent == wanted; });
    };
    const bool padded =
        a.padding != PaddingMode::valid && !(a.padding == PaddingMode::explicit_ && all(a.pads, 0));
    if (!all(a.kernel, 2) || !all(a.stride, 2) || !all(a.dilation, 1) || padded || a.ceil_mode)
      return "pools windows of 2x2 in steps of 2, without padding";
    return {};
  }
};

class PooledRun final : public PreparedKernel {
 public:
  /// `pooled`: the values are wanted, not the positions alone (as when they are computed again).
  PooledRun(const ConvPoolPair& pair, bool relu, bool bias, bool pooled, int threads)
      : pair_(pair), relu_(relu), bias_(bias), pooled_(pooled), threads_(threads) {}

  std::size_t scratch() const { return static_cast<std::size_t>(packed() + threads_ * part()) * 4; }

  void run(const KernelCall& call) const override {
    const auto* w = static_cast<const float*>(call.in[1]);
    const auto* bias = bias_ ? static_cast<const float*>(call.in[2]) : nullptr;
    auto* positions = static_cast<std::uint8_t*>(call.out[1]);
    auto* const weights = static_cast<float*>(call.scratch);
    const PaddedPlanes& p = pair_.planes;
    if (pair_.lanes()) {
      pooled_loops().pack_lanes(w, pair_.filters(), pair_.taps(), weights);
    } else {
      few_channels_loops().pack(w, pair_.filters(), p.channels, p.kernel, false, weights);
    }
    const int64_t result = pair_.pooled.points() * pair_.filters();
    share_images(pair_.images(), threads_, [&](int thread, int64_t first, int64_t last) {
      float* planes = weights + packed() + thread * part();
      std::fill_n(planes, p.numbers(few_channels_loops().lanes), 0.0f);
      for (int64_t n = first; n < last; ++n) {
        few_channels_loops().enter(p, static_cast<const float*>(call.in[0]) + n * entering_numbers(p),
                                   planes);
        float* y =
            pooled_ ? static_cast<float*>(call.out[0]) + n * result : planes + part() - rounded(result);
        one(planes, weights, bias, y, positions ? positions + n * result : nullptr);
      }
    });
  }

 private:
  void one(float* planes, const float* weights, const float* bias, float* y, std::uint8_t* positions) const {
    const PooledLoops& f = pooled_loops();
    const PaddedPlanes& p = pair_.planes;
    if (pair_.lanes())
      return f.forward_lanes(p, pair_.pooled, planes, weights, pair_.filters(), bias, relu_, y, positions);
    float* image = planes + rounded(p.numbers(few_channels_loops().lanes));
    few_channels_loops().correlate(p, planes, weights, pair_.filters(), image, {.bias = bias, .relu = relu_});
    f.forward_rows(p, pair_.pooled, image, pair_.filters(), y, positions);
  }
  int64_t packed() const { return rounded(pair_.filters() * pair_.taps()); }
  // Planes, along rows the image between, and values that are not used.
  int64_t part() const {
    return rounded(pair_.planes.numbers(few_channels_loops().lanes)) +
           (pair_.lanes() ? 0 : rounded(pair_.filters() * pair_.points() + row_slack)) +
           (pooled_ ? 0 : rounded(pair_.pooled.points() * pair_.filters()));
  }

  ConvPoolPair pair_;
  bool relu_, bias_, pooled_;
  int threads_;
};

class PooledForward final : public Kernel {
 public:
  std::string_view name() const override { return "conv, pooled"; }
  Offer offer(const KernelRequest& r) const override {
    ConvPoolPair pair(r, r.in[0], r.in[1]);
    if (!pair.refusal.empty()) return refuse(std::move(pair.refusal));
    const double fill = pair.lanes() ? 1 : filled(pair.planes.out_width);
    const ThreadedCost threads(r, pair.conv, efficiency * fill);
    std::vector<LayoutId> in(r.in.size(), public_layout), out;
    in[0] = entering(r, 0, pair.planes);
    for (const Type& type : r.out) out.push_back(pair.layout(type));
    return offer_of(std::make_shared<PooledRun>(pair, r.op.attributes<ConvPoolAttributes>()->relu,
                                                r.in.size() == 3, r.out_used[0], threads.count),
                    threads, pair.lanes() ? "filters in lanes" : "rows", std::move(in), std::move(out));
  }
};

class PooledWeightsRun final : public PreparedKernel {
 public:
  PooledWeightsRun(const ConvPoolPair& pair, int threads) : pair_(pair), threads_(threads) {}

  std::size_t scratch() const { return static_cast<std::size_t>(threads_ * part()) * 4; }

  void run(const KernelCall& call) const override {
    const PaddedPlanes& p = pair_.planes;
    const auto* dy = static_cast<const float*>(call.in[1]);
    const auto* positions = static_cast<const std::uint8_t*>(call.in[2]);
    auto* const sums = static_cast<float*>(call.scratch);
    const int64_t result = pair_.pooled.points() * pair_.filters();
    share_images(pair_.images(), threads_, [&](int thread, int64_t first, int64_t last) {
      float* mine = sums + thread * part();
      std::fill_n(mine, vectors() + p.numbers(few_channels_loops().lanes), 0.0f);
      for (int64_t n = first; n < last; ++n) {
        few_channels_loops().enter(p, static_cast<const float*>(call.in[0]) + n * entering_numbers(p),
                                   mine + vectors());
        one(dy + n * result, positions + n * result, mine);
      }
    });
    const auto finish = pair_.lanes() ? few_channels_gradient_loops().finish_lanes
                                      : few_channels_gradient_loops().finish_rows;
    finish(p, sums, threads_, part(), pair_.filters(), static_cast<float*>(call.out[0]),
           static_cast<float*>(call.out[1]));
  }

 private:
  void one(const float* dy, const std::uint8_t* positions, float* sums) const {
    const PooledLoops& f = pooled_loops();
    const PaddedPlanes& p = pair_.planes;
    float* planes = sums + vectors();
    if (pair_.lanes()) return f.gradient_lanes(p, pair_.pooled, planes, dy, positions, pair_.filters(), sums);
    float* image = planes + rounded(p.numbers(few_channels_loops().lanes));
    f.backward_rows(p, pair_.pooled, dy, positions, pair_.filters(), image);
    few_channels_gradient_loops().rows(p, planes, image, pair_.filters(), sums);
  }
  // A vector per weight and per bias; with filters in lanes one holds those of several filters.
  int64_t vectors() const {
    const int64_t lanes = few_channels_loops().lanes,
                  rows = pair_.lanes() ? pair_.filters() / lanes : pair_.filters();
    return rounded(rows * (pair_.taps() + 1) * lanes);
  }
  // Sums, planes and, along rows, the gradient of the image between.
  int64_t part() const {
    return vectors() + rounded(pair_.planes.numbers(few_channels_loops().lanes)) +
           (pair_.lanes() ? 0 : rounded(pair_.filters() * pair_.points() + row_slack));
  }

  ConvPoolPair pair_;
  int threads_;
};

class PooledWeights final : public Kernel {
 public:
  std::string_view name() const override { return "conv backward weights, pooled"; }
  Offer offer(const KernelRequest& r) const override {
    ConvPoolPair pair(r, r.in[0], r.in[3]);
    if (!pair.refusal.empty()) return refuse(std::move(pair.refusal));
    if (!r.out_used[0]) return refuse("only the bias gradient is wanted, which is a plain sum");
    const double fill = pair.lanes() ? 1 : filled(pair.planes.out_width);
    const ThreadedCost threads(r, pair.conv, efficiency * fill);
    const LayoutId image = entering(r, 0, pair.planes);  // before the run is made: it says so in the planes
    return offer_of(std::make_shared<PooledWeightsRun>(pair, threads.count), threads,
                    pair.lanes() ? "filters in lanes" : "rows",
                    {image, pair.layout(r.in[1]), pair.layout(r.in[2]), any_layout},
                    {public_layout, public_layout});
  }
};

const cpu::Candidates registered_pooled_kernel("conv_pool", make_kernels<PooledForward>());
const cpu::Candidates registered_weights("conv_pool_backward_weights", make_kernels<PooledWeights>());

}  // namespace
}  // namespace luge::cpu::conv
