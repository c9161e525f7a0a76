// Convolutions by windows of one point as candidates: forward, and the gradient of the image.
#include <fmt/format.h>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/pointwise_plan.h"
#include "backend/cpu/conv/types.h"
#include "backend/cpu/layout.h"
#include "backend/cpu/onednn/cost.h"

namespace luge::cpu::conv {
namespace {

std::string refuse_shapes(const ConvAttributes& a, const ConvTypes& s, int lanes) {
  if (std::string reason = refuse_dtypes(s); !reason.empty()) return reason;
  if (s.x.shape.rank() != 4 || s.w.shape[2] != 1 || s.w.shape[3] != 1) return "takes windows of 1x1";
  if (std::string reason = refuse_steps(a, s); !reason.empty()) return reason;
  if (s.x.shape[2] != s.y.shape[2] || s.x.shape[3] != s.y.shape[3]) return "takes no padding";
  if (std::min(s.x.shape[1], s.y.shape[1]) < lanes)
    return fmt::format("pays from {} channels on both sides", lanes);
  return {};
}

class PointwiseRun final : public PreparedKernel {
 public:
  PointwiseRun(const PointwiseProblem& problem, const FusedPostOps& post_ops, int threads)
      : plan_(problem, post_ops, threads), post_ops_(post_ops) {}
  const PointwisePlan& plan() const { return plan_; }
  void run(const KernelCall& call) const override {
    plan_.run(static_cast<const float*>(call.in[0]), static_cast<const float*>(call.in[1]),
              static_cast<float*>(call.out[0]), post_ops_.values(call), call.scratch);
  }

 private:
  PointwisePlan plan_;
  FusedPostOps post_ops_;
};

// The lanes that images and weights come in, or why there is no code on this machine.
struct Lanes {
  int count = 0;
  std::string refusal = {};
  explicit Lanes(Where where) : refusal(refuse_slower(where)) {
    const auto isa = x64::instruction_set();
    if (!isa) refusal = "needs AVX2 or AVX-512";
    if (isa) count = x64::vector_bytes(*isa) / 4;
  }
};

// Everything but the layouts. `extra`: seconds of one thread for what is done before.
Offer offer_of(const KernelRequest& r, const PointwiseProblem& problem, const FusedPostOps& post_ops,
               const ConvTypes& shapes, double extra) {
  constexpr double efficiency = 0.9;
  const int threads = onednn::threads_for(shapes.flops(), shapes.bytes(), r.threads);
  auto run = std::make_shared<PointwiseRun>(problem, post_ops, threads);
  if (!run->plan().possible()) return refuse("needs memory for code");
  Offer offer;
  offer.scratch = run->plan().scratch();
  offer.cost = onednn::seconds(DType::f32, shapes.flops(), efficiency * run->plan().filled(), shapes.bytes(),
                               threads) +
               extra / threads;
  offer.note = fmt::format("{}{}", run->plan().note(), threads == 1 ? ", one thread" : "");
  offer.kernel = std::move(run);
  return offer;
}

class PointwiseForward final : public Kernel {
 public:
  explicit PointwiseForward(Where where) : where_(where) {}
  std::string_view name() const override { return "conv, pointwise"; }
  Offer offer(const KernelRequest& r) const override {
    const Lanes lanes(where_);
    if (!lanes.refusal.empty()) return refuse(lanes.refusal);
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.in[0], r.in[1], r.out[0]};
    if (std::string reason = refuse_shapes(attributes, shapes, lanes.count); !reason.empty())
      return refuse(std::move(reason));
    const FusedPostOps post_ops(r);
    if (!post_ops.refusal.empty()) return refuse(post_ops.refusal);
    const Shape &x = shapes.x.shape, &y = shapes.y.shape;
    Offer offer = offer_of(r, {.images = x[0], .channels = x[1], .filters = y[1], .points = x[2] * x[3]},
                           post_ops, shapes, 0);
    if (!offer.accepted()) return offer;
    lay_in_blocks(offer, r, post_ops, lanes.count, cpu::weight_blocks(lanes.count, shapes.w));
    return offer;
  }

 private:
  Where where_;
};

// The gradient of the image: every point of it is a sum over the filters of one point of dy.
class PointwiseData final : public Kernel {
 public:
  explicit PointwiseData(Where where) : where_(where) {}
  std::string_view name() const override { return "conv backward data, pointwise"; }
  Offer offer(const KernelRequest& r) const override {
    const Lanes lanes(where_);
    if (!lanes.refusal.empty()) return refuse(lanes.refusal);
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.out[0], r.in[1], r.in[0]};
    if (std::string reason = refuse_shapes(attributes, shapes, lanes.count); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    const Shape &x = shapes.x.shape, &y = shapes.y.shape;
    constexpr double turning = 0.5e-9;  // seconds for one number of the weights
    Offer offer = offer_of(
        r, {.images = y[0], .channels = y[1], .filters = x[1], .points = x[2] * x[3], .turned = true},
        FusedPostOps(), shapes, turning * static_cast<double>(shapes.w.shape.elements()));
    if (!offer.accepted()) return offer;
    offer.in_layouts = {cpu::channel_blocks(lanes.count, shapes.y), cpu::weight_blocks(lanes.count, shapes.w),
                        any_layout};
    offer.out_layouts = {cpu::channel_blocks(lanes.count, shapes.x)};
    return offer;
  }

 private:
  Where where_;
};

}  // namespace

Candidate pointwise_conv(Where where) { return std::make_unique<PointwiseForward>(where); }
Candidate pointwise_conv_backward_data(Where where) { return std::make_unique<PointwiseData>(where); }

}  // namespace luge::cpu::conv
