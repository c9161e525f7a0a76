// Direct convolutions of few channels along rows as candidates: forward, and the gradient of the image.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/few_channels.h"
#include "backend/cpu/conv/few_channels_plan.h"
#include "backend/cpu/conv/post_ops.h"
#include "backend/cpu/layout.h"

namespace luge::cpu::conv {
namespace {

/// What the arithmetic of the convolution is of what runs along rows: every window counts there, and the
/// border below and above is left out where it can be.
double useful(const PaddedPlanes& p, const ConvTypes& s, std::int64_t results) {
  const double rows =
      std::min(1.0, static_cast<double>(p.height + p.kernel / 2) / static_cast<double>(p.rows()));
  const std::int64_t windows = s.x.shape[0] * p.out_height * p.out_width;
  return s.flops() / (2 * rows * static_cast<double>(windows * results * p.channels * p.kernel * p.kernel));
}

/// Planes of dy for the gradient of the image: as a convolution by turned windows.
PaddedPlanes turned(const PaddedPlanes& p, std::int64_t filters) {
  return {filters,
          p.out_height,
          p.out_width,
          p.kernel,
          p.kernel - 1 - p.pad_top,
          p.kernel - 1 - p.pad_left,
          p.height,
          p.width,
          0};
}

class RowsRun final : public PreparedKernel {
 public:
  RowsRun(const PaddedPlanes& planes, std::int64_t images, std::int64_t results, bool turned,
          const FusedPostOps& post_ops, int threads)
      : planes_(planes),
        images_(images),
        results_(results),
        turned_(turned),
        post_ops_(post_ops),
        threads_(threads) {}

  std::size_t scratch() const { return static_cast<std::size_t>(packed() + threads_ * numbers()) * 4; }

  void run(const KernelCall& call) const override {
    const auto* const x = static_cast<const float*>(call.in[0]);
    const auto* const w = static_cast<const float*>(call.in[1]);
    const FewChannelsLoops& f = few_channels_loops();
    auto* const weights = static_cast<float*>(call.scratch);
    const std::int64_t filters = turned_ ? planes_.channels : results_,
                       channels = turned_ ? results_ : planes_.channels;
    f.pack(w, filters, channels, planes_.kernel, turned_, weights);
    const std::int64_t result = results_ * planes_.out_height * planes_.out_width;
    share_images(images_, threads_, [&](int part, std::int64_t first, std::int64_t last) {
      float* planes = weights + packed() + part * numbers();
      std::fill_n(planes, numbers(), 0.0f);
      for (std::int64_t n = first; n < last; ++n) {
        f.enter(planes_, x + n * entering_numbers(planes_), planes);
        PostOpValues post_ops = post_ops_.values(call);
        if (post_ops.addend) post_ops.addend += n * result;
        f.correlate(planes_, planes, weights, results_, static_cast<float*>(call.out[0]) + n * result,
                    post_ops);
      }
    });
  }

 private:
  std::int64_t packed() const {
    return rounded(results_ * planes_.channels * planes_.kernel * planes_.kernel);
  }
  std::int64_t numbers() const { return rounded(planes_.numbers(few_channels_loops().lanes)); }

  PaddedPlanes planes_;
  std::int64_t images_, results_;
  bool turned_;
  FusedPostOps post_ops_;
  int threads_;
};

// Few results: vectors run along the rows of images.
constexpr double rows_efficiency = 0.6;

class RowsForward final : public Kernel {
 public:
  std::string_view name() const override { return "conv along rows"; }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.in[0], r.in[1], r.out[0]};
    if (std::string reason = refuse_types(attributes, shapes); !reason.empty())
      return refuse(std::move(reason));
    PaddedPlanes planes = planes_of(attributes, shapes);
    if (std::string reason = refuse_planes(planes, shapes.y.shape[1]); !reason.empty())
      return refuse(std::move(reason));
    FusedPostOps post_ops(r);
    if (!post_ops.refusal.empty()) return refuse(std::move(post_ops.refusal));
    const ThreadedCost threads(
        r, shapes, rows_efficiency * filled(planes.out_width) * useful(planes, shapes, shapes.y.shape[1]));
    std::vector<LayoutId> in(r.in.size(), public_layout);
    in[0] = entering(r, 0, planes);
    return offer_of(std::make_shared<RowsRun>(planes, shapes.x.shape[0], shapes.y.shape[1], false, post_ops,
                                              threads.count),
                    threads, "rows", std::move(in), {public_layout});
  }
};

class RowsData final : public Kernel {
 public:
  std::string_view name() const override { return "conv backward data along rows"; }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.out[0], r.in[1], r.in[0]};
    if (std::string reason = refuse_types(attributes, shapes); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    PaddedPlanes planes = turned(planes_of(attributes, shapes), shapes.y.shape[1]);
    if (std::string reason = refuse_planes(planes, shapes.x.shape[1]); !reason.empty())
      return refuse(std::move(reason));
    const ThreadedCost threads(
        r, shapes, rows_efficiency * filled(planes.out_width) * useful(planes, shapes, shapes.x.shape[1]));
    const LayoutId image = entering(r, 0, planes);  // before the run is made: it says so in `planes`
    return offer_of(std::make_shared<RowsRun>(planes, shapes.x.shape[0], shapes.x.shape[1], true,
                                              FusedPostOps(), threads.count),
                    threads, "rows", {image, public_layout, any_layout}, {public_layout});
  }
};

}  // namespace

Candidate rows_conv() { return std::make_unique<RowsForward>(); }
Candidate rows_conv_backward_data() { return std::make_unique<RowsData>(); }

}  // namespace luge::cpu::conv
