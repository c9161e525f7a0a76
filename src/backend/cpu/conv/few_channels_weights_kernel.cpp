// The gradient of the weights where images have few channels, as two candidates: vectors along rows, and
// vectors of filters.
#include <algorithm>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/few_channels.h"
#include "backend/cpu/conv/few_channels_plan.h"
#include "backend/cpu/layout.h"

namespace luge::cpu::conv {
namespace {

class FewChannelsWeightsRun final : public PreparedKernel {
 public:
  FewChannelsWeightsRun(const PaddedPlanes& planes, std::int64_t images, std::int64_t filters, bool lanes,
                        int threads)
      : planes_(planes), images_(images), filters_(filters), lanes_(lanes), threads_(threads) {}

  std::size_t scratch() const { return static_cast<std::size_t>(threads_ * part()) * 4; }

  void run(const KernelCall& call) const override {
    const FewChannelsGradientLoops& f = few_channels_gradient_loops();
    const int filter_lanes = lanes_ ? few_channels_loops().lanes : 0;
    auto* const sums = static_cast<float*>(call.scratch);
    const auto* x = static_cast<const float*>(call.in[0]);
    const auto* dy = static_cast<const float*>(call.in[1]);
    share_images(images_, threads_, [&](int thread, std::int64_t first, std::int64_t last) {
      float* mine = sums + thread * part();
      std::fill_n(mine, part(), 0.0f);
      for (std::int64_t n = first; n < last; ++n) {
        few_channels_loops().enter(planes_, x + n * entering_numbers(planes_), mine + vectors());
        const float* gradient =
            dy + n * stored_numbers(filter_lanes, filters_, planes_.out_height * planes_.out_width);
        (lanes_ ? f.lanes : f.rows)(planes_, mine + vectors(), gradient, filters_, mine);
      }
    });
    (lanes_ ? f.finish_lanes : f.finish_rows)(planes_, sums, threads_, part(), filters_,
                                              static_cast<float*>(call.out[0]),
                                              static_cast<float*>(call.out[1]));
  }

 private:
  // Sums of the weights and the bias, then the planes.
  std::int64_t vectors() const {
    const std::int64_t lanes = few_channels_loops().lanes,
                       rows = lanes_ ? (filters_ + lanes - 1) / lanes : filters_;
    return rows * (planes_.channels * planes_.kernel * planes_.kernel + 1) * lanes;
  }
  std::int64_t part() const { return rounded(vectors() + planes_.numbers(few_channels_loops().lanes)); }

  PaddedPlanes planes_;
  std::int64_t images_, filters_;
  bool lanes_;
  int threads_;
};

class FewChannelsWeights final : public Kernel {
 public:
  /// Vectors hold filters, or run along rows.
  explicit FewChannelsWeights(bool lanes) : lanes_(lanes) {}
  std::string_view name() const override {
    return lanes_ ? "conv backward weights of few channels" : "conv backward weights along rows";
  }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const ConvTypes shapes{r.in[0], r.out[0], r.in[1]};
    if (std::string reason = refuse_types(attributes, shapes); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    if (!r.out_used[0]) return refuse("only the bias gradient is wanted, which is a plain sum");
    PaddedPlanes planes = planes_of(attributes, shapes);
    const std::int64_t filters = shapes.y.shape[1];
    if (std::string reason = refuse_planes(planes, lanes_ ? 0 : filters); !reason.empty())
      return refuse(std::move(reason));
    const double fill = lanes_ ? filled(filters) : filled(planes.out_width);
    const ThreadedCost threads(r, shapes, (lanes_ ? lanes_efficiency : rows_efficiency) * fill);
    const LayoutId image = entering(r, 0, planes);  // before the run is made: it says so in `planes`
    const LayoutId slopes = lanes_ ? channel_blocks(few_channels_loops().lanes, shapes.y) : public_layout;
    return offer_of(
        std::make_shared<FewChannelsWeightsRun>(planes, shapes.x.shape[0], filters, lanes_, threads.count),
        threads, lanes_ ? "filters in lanes" : "rows", {image, slopes, any_layout},
        {public_layout, public_layout});
  }

 private:
  static constexpr double lanes_efficiency = 0.7, rows_efficiency = 0.5;
  bool lanes_;
};

}  // namespace

Candidate rows_conv_backward_weights() { return std::make_unique<FewChannelsWeights>(false); }
Candidate lanes_conv_backward_weights() { return std::make_unique<FewChannelsWeights>(true); }

}  // namespace luge::cpu::conv
