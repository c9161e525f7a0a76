// Convolutions of each channel alone as a candidate, forward.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/depthwise.h"
#include "backend/cpu/conv/post_ops.h"
#include "backend/cpu/conv/types.h"
#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/cost.h"
#include "ops/attributes/window.h"

namespace luge::cpu::conv {
namespace {

std::string refuse_shapes(const ConvAttributes& a, const ConvTypes& s) {
  if (std::string reason = refuse_dtypes(s); !reason.empty()) return reason;
  if (s.x.shape.rank() != 4) return "takes two spatial axes";
  if (a.groups == 1 || a.groups != s.x.shape[1] || a.groups != s.y.shape[1])
    return "takes each channel alone, with one filter";
  if (std::string reason = refuse_nothing(s); !reason.empty()) return reason;
  const std::int64_t wide = s.w.shape[3];
  if (wide != 3 && wide != 5 && wide != 7) return fmt::format("takes windows 3, 5 or 7 wide, got {}", wide);
  if (a.stride[1] > 2) return fmt::format("takes stride 1 and 2, got {}", a.stride[1]);
  for (const std::int64_t dilation : a.dilation) {
    if (dilation != 1) return "takes no dilation";
  }
  return {};
}

DepthwiseShape shape_of(const ConvAttributes& a, const ConvTypes& s) {
  const Windows<ConvAttributes> windows(a, s.x.shape, s.w.shape.begin() + 2);
  const std::int64_t lanes = depthwise_loops().lanes;
  return {.blocks = (s.x.shape[1] + lanes - 1) / lanes,
          .height = s.x.shape[2],
          .width = s.x.shape[3],
          .out_height = s.y.shape[2],
          .out_width = s.y.shape[3],
          .window_high = s.w.shape[2],
          .window_wide = s.w.shape[3],
          .stride_high = a.stride[0],
          .stride_wide = a.stride[1],
          .pad_top = windows.axis[1].pad_begin,
          .pad_left = windows.axis[2].pad_begin};
}

class DepthwiseRun final : public PreparedKernel {
 public:
  DepthwiseRun(const DepthwiseShape& shape, std::int64_t images, const FusedPostOps& post_ops, int threads)
      : shape_(shape),
        rows_(images * shape.blocks * shape.out_height),
        post_ops_(post_ops),
        threads_(threads) {}

  void run(const KernelCall& call) const override {
    const PostOpValues values = post_ops_.values(call);
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int part = 0; part < threads_; ++part) {
      depthwise_loops().filter(shape_, static_cast<const float*>(call.in[0]),
                               static_cast<const float*>(call.in[1]), static_cast<float*>(call.out[0]),
                               values, rows_ * part / threads_, rows_ * (part + 1) / threads_);
    }
  }

 private:
  DepthwiseShape shape_;
  std::int64_t rows_;
  FusedPostOps post_ops_;
  int threads_;
};

class DepthwiseForward final : public Kernel {
 public:
  explicit DepthwiseForward(Where where) : where_(where) {}
  std::string_view name() const override { return "conv, depthwise"; }
  Offer offer(const KernelRequest& r) const override {
    const int lanes = depthwise_loops().lanes;
    if (lanes == 0) return refuse("needs AVX2 or AVX-512");
    if (std::string reason = refuse_slower(where_); !reason.empty()) return refuse(std::move(reason));
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.in[0], r.in[1], r.out[0]};
    if (std::string reason = refuse_shapes(attributes, shapes); !reason.empty())
      return refuse(std::move(reason));
    const FusedPostOps post_ops(r);
    if (!post_ops.refusal.empty()) return refuse(post_ops.refusal);
    const int threads = onednn::threads_for(shapes.flops(), shapes.bytes(), r.threads);
    const DepthwiseShape shape = shape_of(attributes, shapes);
    Offer offer;
    lay_in_blocks(offer, r, post_ops, lanes, cpu::filter_blocks(lanes, shapes.w));
    const double filled = static_cast<double>(shapes.x.shape[1]) / static_cast<double>(shape.blocks * lanes);
    offer.cost = against_onednn * onednn::seconds(DType::f32, shapes.flops(), efficiency * filled,
                                                  shapes.bytes() / filled, threads);
    offer.note = fmt::format("channels, {} lanes{}", lanes, threads == 1 ? ", one thread" : "");
    offer.kernel = std::make_shared<DepthwiseRun>(shape, shapes.x.shape[0], post_ops, threads);
    return offer;
  }

 private:
  // Memory is what both wait for; oneDNN's kernels take 1.2 times as long and more, as measured.
  static constexpr double efficiency = 0.5, against_onednn = 0.8;
  Where where_;
};

}  // namespace

Candidate depthwise_conv(Where where) { return std::make_unique<DepthwiseForward>(where); }

}  // namespace luge::cpu::conv
