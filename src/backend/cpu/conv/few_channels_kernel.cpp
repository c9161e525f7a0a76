// Direct convolutions of few channels as candidates in all three directions.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/few_channels.h"
#include "backend/cpu/conv/few_channels_plan.h"
#include "backend/cpu/conv/tail.h"
#include "backend/cpu/layout.h"
#include "backend/cpu/own_inputs.h"

namespace luge {
namespace {

using namespace narrow;

/// What the arithmetic of the convolution is of what runs along rows: every window counts there, and the
/// border below and above is left out where it can be.
double useful(const Planes& p, const Shapes& s, std::int64_t results) {
  const double rows =
      std::min(1.0, static_cast<double>(p.height + p.kernel / 2) / static_cast<double>(p.rows()));
  const std::int64_t windows = s.x.shape[0] * p.out_height * p.out_width;
  return s.flops() / (2 * rows * static_cast<double>(windows * results * p.channels * p.kernel * p.kernel));
}

/// Planes of dy for the gradient of the image: as a convolution by turned windows.
Planes turned(const Planes& p, std::int64_t filters) {
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
  RowsRun(const Planes& planes, std::int64_t images, std::int64_t results, bool turned, int bias,
          const cpu::Tail& tail, int threads)
      : planes_(planes),
        images_(images),
        results_(results),
        turned_(turned),
        bias_(bias),
        addend_(tail.addend),
        relu_(tail.relu),
        slope_(tail.slope),
        threads_(threads) {}

  std::size_t scratch() const { return static_cast<std::size_t>(packed() + threads_ * numbers()) * 4; }

  void run(const KernelCall& call) const override {
    const auto at = [&](int k) { return k < 0 ? nullptr : static_cast<const float*>(call.in[k]); };
    const Loops& f = loops();
    auto* const weights = static_cast<float*>(call.scratch);
    const std::int64_t filters = turned_ ? planes_.channels : results_,
                       channels = turned_ ? results_ : planes_.channels;
    f.pack(at(1), filters, channels, planes_.kernel, turned_, weights);
    const std::int64_t result = results_ * planes_.out_height * planes_.out_width;
    share_images(images_, threads_, [&](int part, std::int64_t first, std::int64_t last) {
      float* planes = weights + packed() + part * numbers();
      std::fill_n(planes, numbers(), 0.0f);
      for (std::int64_t n = first; n < last; ++n) {
        f.enter(planes_, at(0) + n * image(), planes);
        const float* addend = addend_ < 0 ? nullptr : at(addend_) + n * result;
        f.correlate(planes_, planes, weights, results_, static_cast<float*>(call.out[0]) + n * result,
                    {at(bias_), addend, relu_, slope_});
      }
    });
  }

 private:
  std::int64_t packed() const {
    return rounded(results_ * planes_.channels * planes_.kernel * planes_.kernel);
  }
  std::int64_t numbers() const { return rounded(planes_.numbers(loops().lanes)); }
  std::int64_t image() const {
    const std::int64_t lanes = std::max<std::int64_t>(planes_.lanes_in, 1);
    return (planes_.channels + lanes - 1) / lanes * lanes * planes_.height * planes_.width;
  }

  Planes planes_;
  std::int64_t images_, results_;
  bool turned_;
  int bias_, addend_;
  bool relu_;
  float slope_;
  int threads_;
};

// Few results: vectors run along the rows of images.
constexpr double rows_efficiency = 0.6;

class RowsForward final : public Kernel {
 public:
  std::string_view name() const override { return "conv along rows"; }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const Shapes shapes{r.in[0], r.in[1], r.out[0]};
    if (std::string reason = refuse_shapes(attributes, shapes); !reason.empty())
      return refuse(std::move(reason));
    Planes planes = planes_of(attributes, shapes);
    if (std::string reason = refuse_planes(planes, shapes.y.shape[1]); !reason.empty())
      return refuse(std::move(reason));
    cpu::Tail tail(r);
    if (!tail.refusal.empty()) return refuse(std::move(tail.refusal));
    const Threads threads(
        r, shapes, rows_efficiency * filled(planes.out_width) * useful(planes, shapes, shapes.y.shape[1]));
    Offer offer;
    offer.in_layouts.assign(r.in.size(), public_layout);
    offer.in_layouts[0] = entering(r, 0, planes);
    offer.out_layouts = {public_layout};
    const int bias = cpu::own_inputs(r) == 3 ? 2 : -1;
    auto run = std::make_shared<RowsRun>(planes, shapes.x.shape[0], shapes.y.shape[1], false, bias, tail,
                                         threads.count);
    offer.scratch = run->scratch();
    offer.cost = threads.seconds;
    offer.note = note("rows", threads.count);
    offer.kernel = std::move(run);
    return offer;
  }
};

class RowsData final : public Kernel {
 public:
  std::string_view name() const override { return "conv backward data along rows"; }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const Shapes shapes{r.out[0], r.in[1], r.in[0]};
    if (std::string reason = refuse_shapes(attributes, shapes); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    Planes planes = turned(planes_of(attributes, shapes), shapes.y.shape[1]);
    if (std::string reason = refuse_planes(planes, shapes.x.shape[1]); !reason.empty())
      return refuse(std::move(reason));
    const Threads threads(
        r, shapes, rows_efficiency * filled(planes.out_width) * useful(planes, shapes, shapes.x.shape[1]));
    Offer offer;
    offer.in_layouts = {entering(r, 0, planes), public_layout, any_layout};
    offer.out_layouts = {public_layout};
    auto run = std::make_shared<RowsRun>(planes, shapes.x.shape[0], shapes.x.shape[1], true, -1, cpu::Tail(r),
                                         threads.count);
    offer.scratch = run->scratch();
    offer.cost = threads.seconds;
    offer.note = note("rows", threads.count);
    offer.kernel = std::move(run);
    return offer;
  }
};

class WeightsRun final : public PreparedKernel {
 public:
  WeightsRun(const Planes& planes, std::int64_t images, std::int64_t filters, bool lanes, int threads)
      : planes_(planes), images_(images), filters_(filters), lanes_(lanes), threads_(threads) {}

  std::size_t scratch() const { return static_cast<std::size_t>(threads_ * part()) * 4; }

  void run(const KernelCall& call) const override {
    const Loops& f = loops();
    auto* const sums = static_cast<float*>(call.scratch);
    const auto* x = static_cast<const float*>(call.in[0]);
    const auto* dy = static_cast<const float*>(call.in[1]);
    share_images(images_, threads_, [&](int thread, std::int64_t first, std::int64_t last) {
      float* mine = sums + thread * part();
      std::fill_n(mine, part(), 0.0f);
      for (std::int64_t n = first; n < last; ++n) {
        f.enter(planes_, x + n * image(planes_.lanes_in, planes_.channels, planes_.height * planes_.width),
                mine + vectors());
        const float* gradient =
            dy + n * image(lanes_ ? f.lanes : 0, filters_, planes_.out_height * planes_.out_width);
        (lanes_ ? f.gradient_lanes : f.gradient_rows)(planes_, mine + vectors(), gradient, filters_, mine);
      }
    });
    (lanes_ ? f.finish_lanes : f.finish_rows)(planes_, sums, threads_, part(), filters_,
                                              static_cast<float*>(call.out[0]),
                                              static_cast<float*>(call.out[1]));
  }

 private:
  static std::int64_t image(std::int64_t lanes, std::int64_t channels, std::int64_t points) {
    return (lanes == 0 ? channels : (channels + lanes - 1) / lanes * lanes) * points;
  }
  // Sums of the weights and the bias, then the planes.
  std::int64_t vectors() const {
    const std::int64_t lanes = loops().lanes, rows = lanes_ ? (filters_ + lanes - 1) / lanes : filters_;
    return rows * (planes_.channels * planes_.kernel * planes_.kernel + 1) * lanes;
  }
  std::int64_t part() const { return rounded(vectors() + planes_.numbers(loops().lanes)); }

  Planes planes_;
  std::int64_t images_, filters_;
  bool lanes_;
  int threads_;
};

class NarrowWeights final : public Kernel {
 public:
  /// Vectors hold filters, or run along rows.
  explicit NarrowWeights(bool lanes) : lanes_(lanes) {}
  std::string_view name() const override {
    return lanes_ ? "conv backward weights of few channels" : "conv backward weights along rows";
  }
  Offer offer(const KernelRequest& r) const override {
    const auto& attributes = *r.op.attributes<ConvAttributes>();
    const Shapes shapes{r.in[0], r.out[0], r.in[1]};
    if (std::string reason = refuse_shapes(attributes, shapes); !reason.empty())
      return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    if (!r.out_used[0]) return refuse("only the bias gradient is wanted, which is a plain sum");
    Planes planes = planes_of(attributes, shapes);
    const std::int64_t filters = shapes.y.shape[1];
    if (std::string reason = refuse_planes(planes, lanes_ ? 0 : filters); !reason.empty())
      return refuse(std::move(reason));
    const double fill = lanes_ ? filled(filters) : filled(planes.out_width);
    const Threads threads(r, shapes, (lanes_ ? lanes_efficiency : rows_efficiency) * fill);
    Offer offer;
    offer.in_layouts = {entering(r, 0, planes),
                        lanes_ ? cpu::channel_blocks(loops().lanes, shapes.y) : public_layout, any_layout};
    offer.out_layouts = {public_layout, public_layout};
    auto run = std::make_shared<WeightsRun>(planes, shapes.x.shape[0], filters, lanes_, threads.count);
    offer.scratch = run->scratch();
    offer.cost = threads.seconds;
    offer.note = note(lanes_ ? "filters in lanes" : "rows", threads.count);
    offer.kernel = std::move(run);
    return offer;
  }

 private:
  static constexpr double lanes_efficiency = 0.7, rows_efficiency = 0.5;
  bool lanes_;
};

}  // namespace

cpu::Candidate cpu::rows_conv() { return std::make_unique<RowsForward>(); }
cpu::Candidate cpu::rows_conv_backward_data() { return std::make_unique<RowsData>(); }
cpu::Candidate cpu::rows_conv_backward_weights() { return std::make_unique<NarrowWeights>(false); }
cpu::Candidate cpu::lanes_conv_backward_weights() { return std::make_unique<NarrowWeights>(true); }

}  // namespace luge
