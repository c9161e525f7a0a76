// Gradients of convolutions in float64, which oneDNN does not have.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/float64.h"
#include "backend/cpu/conv/float64_shapes.h"

namespace luge::cpu::conv {
namespace {

// The gradient of the image: filters and channels change sides, and the window of an input point are the
// outputs that it was part of.
class DataRun final : public PreparedKernel {
 public:
  DataRun(const Float64Shapes& shapes, int threads) : s_(shapes), threads_(threads) {
    const std::int64_t whole = s_.images * s_.groups * tiles();
    cuts_ = std::clamp<std::int64_t>((threads + whole - 1) / whole, 1, s_.channels);
    units_ = whole * cuts_;
  }

  std::size_t scratch() const {
    return static_cast<std::size_t>(turned() + threads_ * depth() * kWindowPoints) * sizeof(double);
  }

  void run(const KernelCall& call) const override {
    auto* const weights = static_cast<double*>(call.scratch);
    turn(static_cast<const double*>(call.in[1]), weights);
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int part = 0; part < threads_; ++part) {
      double* windows = weights + turned() + part * depth() * kWindowPoints;
      for (std::int64_t unit = units_ * part / threads_; unit < units_ * (part + 1) / threads_; ++unit)
        compute(call, unit, weights, windows);
    }
  }

 private:
  std::int64_t depth() const { return s_.filters * s_.taps(); }
  std::int64_t tiles() const { return (s_.image() + kWindowPoints - 1) / kWindowPoints; }
  std::int64_t turned() const { return s_.groups * s_.channels * depth(); }

  // [groups, filters, channels, taps] becomes [groups, channels, filters, taps].
  void turn(const double* w, double* turned) const {
    const std::int64_t taps = s_.taps();
    for (std::int64_t g = 0; g < s_.groups; ++g)
      for (std::int64_t c = 0; c < s_.channels; ++c)
        for (std::int64_t f = 0; f < s_.filters; ++f)
          std::copy_n(w + ((g * s_.filters + f) * s_.channels + c) * taps, taps,
                      turned + ((g * s_.channels + c) * s_.filters + f) * taps);
  }

  void compute(const KernelCall& call, std::int64_t unit, const double* weights, double* windows) const {
    const std::int64_t cut = unit % cuts_, tile = unit / cuts_ % tiles(),
                       plane = unit / cuts_ / tiles();  // image and group
    const std::int64_t group = plane % s_.groups, first = s_.channels * cut / cuts_,
                       last = s_.channels * (cut + 1) / cuts_;
    const std::int64_t begin = tile * kWindowPoints, count = std::min(kWindowPoints, s_.image() - begin);
    gather(static_cast<const double*>(call.in[0]) + plane * s_.filters * s_.points(), begin, count, windows);
    multiply_windows()(
        {.weights = weights + (group * s_.channels + first) * depth(),
         .row = depth(),
         .bias = nullptr,
         .windows = windows,
         .filters = last - first,
         .depth = depth(),
         .points = count,
         .y = static_cast<double*>(call.out[0]) + (plane * s_.channels + first) * s_.image() + begin,
         .stride = s_.image()});
  }

  // The output whose tap k is at this position, or -1.
  static std::int64_t output(const Window& window, std::int64_t position, std::int64_t k) {
    const std::int64_t from = position + window.pad_begin - k * window.dilation;
    return from >= 0 && from % window.stride == 0 && from / window.stride < window.out ? from / window.stride
                                                                                       : -1;
  }

  void gather(const double* dy, std::int64_t begin, std::int64_t count, double* windows) const {
    const auto& [d, h, w] = s_.windows.axis;
    std::int64_t tap = 0;
    for (std::int64_t kd = 0; kd < d.kernel; ++kd) {
      for (std::int64_t kh = 0; kh < h.kernel; ++kh) {
        for (std::int64_t kw = 0; kw < w.kernel; ++kw, ++tap) {
          std::int64_t from[kWindowPoints];
          for (std::int64_t p = 0; p < kWindowPoints; ++p) {
            const std::int64_t point = begin + p;
            const std::int64_t z = output(d, point / (h.in * w.in), kd),
                               y = output(h, point / w.in % h.in, kh), column = output(w, point % w.in, kw);
            const bool inside = p < count && z >= 0 && y >= 0 && column >= 0;
            from[p] = inside ? (z * h.out + y) * w.out + column : -1;
          }
          for (std::int64_t f = 0; f < s_.filters; ++f) {
            const double* plane = dy + f * s_.points();
            double* to = windows + (f * s_.taps() + tap) * kWindowPoints;
            for (std::int64_t p = 0; p < kWindowPoints; ++p) to[p] = from[p] < 0 ? 0.0 : plane[from[p]];
          }
        }
      }
    }
  }

  Float64Shapes s_;
  int threads_;
  std::int64_t cuts_ = 1, units_ = 1;
};

// The gradient of the weights: of each image, filters by points times points by columns of channel and tap.
class WeightsRun final : public PreparedKernel {
 public:
  WeightsRun(const Float64Shapes& shapes, bool bias, int threads)
      : s_(shapes), bias_(bias), threads_(threads) {
    const Window& row = s_.windows.axis[2];
    rows_ = std::clamp<std::int64_t>(512 / row.out, 1, lines());
    const std::int64_t whole = s_.groups * tiles();
    cuts_ = std::clamp<std::int64_t>((threads + whole - 1) / whole, 1, s_.filters);
    units_ = whole * cuts_;
  }

  std::size_t scratch() const { return static_cast<std::size_t>(threads_ * part()) * sizeof(double); }

  void run(const KernelCall& call) const override {
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int thread = 0; thread < threads_; ++thread) {
      double* windows = static_cast<double*>(call.scratch) + thread * part();
      for (std::int64_t unit = units_ * thread / threads_; unit < units_ * (thread + 1) / threads_; ++unit)
        compute(call, unit, windows, windows + rows_ * s_.windows.axis[2].out * kWindowPoints);
      const std::int64_t filters = s_.groups * s_.filters;
      for (std::int64_t f = filters * thread / threads_; bias_ && f < filters * (thread + 1) / threads_; ++f)
        add_up(call, f);
    }
  }

 private:
  std::int64_t tiles() const { return (s_.depth() + kWindowPoints - 1) / kWindowPoints; }
  std::int64_t lines() const { return s_.windows.axis[0].out * s_.windows.axis[1].out; }  // of the output
  std::int64_t part() const {
    return (rows_ * s_.windows.axis[2].out + s_.filters) * kWindowPoints;  // windows, sums
  }
  const double* slopes(const KernelCall& call, std::int64_t image, std::int64_t filter) const {
    return static_cast<const double*>(call.in[1]) + (image * s_.groups * s_.filters + filter) * s_.points();
  }

  void compute(const KernelCall& call, std::int64_t unit, double* windows, double* sums) const {
    const std::int64_t cut = unit % cuts_, tile = unit / cuts_ % tiles(), group = unit / cuts_ / tiles();
    const std::int64_t first = s_.filters * cut / cuts_, last = s_.filters * (cut + 1) / cuts_,
                       filter = group * s_.filters + first;
    const std::int64_t begin = tile * kWindowPoints, count = std::min(kWindowPoints, s_.depth() - begin),
                       width = s_.windows.axis[2].out;
    std::fill_n(sums, (last - first) * kWindowPoints, 0.0);
    for (std::int64_t n = 0; n < s_.images; ++n) {
      const double* x =
          static_cast<const double*>(call.in[0]) + (n * s_.groups + group) * s_.channels * s_.image();
      for (std::int64_t line = 0; line < lines(); line += rows_) {
        const std::int64_t here = std::min(rows_, lines() - line);
        gather(x, line, here, begin, count, windows);
        multiply_windows()({.weights = slopes(call, n, filter) + line * width,
                            .row = s_.points(),
                            .bias = nullptr,
                            .windows = windows,
                            .filters = last - first,
                            .depth = here * width,
                            .points = kWindowPoints,
                            .y = sums,
                            .stride = kWindowPoints,
                            .add = true});
      }
    }
    double* dw = static_cast<double*>(call.out[0]) + filter * s_.depth() + begin;
    for (std::int64_t f = 0; f < last - first; ++f)
      std::copy_n(sums + f * kWindowPoints, count, dw + f * s_.depth());
  }

  // What columns `begin` … of channel and tap see from the points of some lines of the output.
  void gather(const double* x, std::int64_t line, std::int64_t here, std::int64_t begin, std::int64_t count,
              double* windows) const {
    const auto& [d, h, w] = s_.windows.axis;
    for (std::int64_t j = 0; j < kWindowPoints; ++j) {
      const std::int64_t column = begin + j, tap = column % s_.taps();
      const double* plane = x + column / s_.taps() * s_.image();
      for (std::int64_t l = 0; l < here; ++l) {
        const std::int64_t z = d.at((line + l) / h.out, tap / (h.kernel * w.kernel)),
                           y = h.at((line + l) % h.out, tap / w.kernel % h.kernel);
        const bool inside = j < count && d.inside(z) && h.inside(y);
        double* to = windows + l * w.out * kWindowPoints + j;
        for (std::int64_t o = 0; o < w.out; ++o) {
          const std::int64_t at = w.at(o, tap % w.kernel);
          to[o * kWindowPoints] = inside && w.inside(at) ? plane[(z * h.in + y) * w.in + at] : 0.0;
        }
      }
    }
  }

  void add_up(const KernelCall& call, std::int64_t filter) const {
    double sum = 0;
    for (std::int64_t n = 0; n < s_.images; ++n) {
      const double* dy = slopes(call, n, filter);
      for (std::int64_t p = 0; p < s_.points(); ++p) sum += dy[p];
    }
    static_cast<double*>(call.out[1])[filter] = sum;
  }

  Float64Shapes s_;
  bool bias_;
  int threads_;
  std::int64_t rows_ = 1;  // lines of the output that are gathered at once
  std::int64_t cuts_ = 1, units_ = 1;
};

template <class Run>
Offer offer_of(const Float64Shapes& shapes, std::shared_ptr<const Run> run, int threads) {
  Offer offer;
  offer.scratch = run->scratch();
  offer.kernel = std::move(run);
  offer.cost = shapes.seconds(threads);
  offer.note = fmt::format("windows of {} points", kWindowPoints);
  return offer;
}

class Float64Data final : public Kernel {
 public:
  std::string_view name() const override { return "conv backward data, float64"; }
  Offer offer(const KernelRequest& r) const override {
    if (std::string reason = refuse_float64(r); !reason.empty()) return refuse(std::move(reason));
    const Float64Shapes shapes(*r.op.attributes<ConvAttributes>(), r.out[0].shape, r.in[1].shape);
    if (std::string reason = shapes.refuse_few(); !reason.empty()) return refuse(std::move(reason));
    return offer_of(shapes, std::make_shared<const DataRun>(shapes, r.threads), r.threads);
  }
};

class Float64Weights final : public Kernel {
 public:
  std::string_view name() const override { return "conv backward weights, float64"; }
  Offer offer(const KernelRequest& r) const override {
    if (std::string reason = refuse_float64(r); !reason.empty()) return refuse(std::move(reason));
    if (!r.out_used[0]) return refuse("only the bias gradient is wanted, which is a plain sum");
    const Float64Shapes shapes(*r.op.attributes<ConvAttributes>(), r.in[0].shape, r.out[0].shape);
    if (std::string reason = shapes.refuse_few(); !reason.empty()) return refuse(std::move(reason));
    const bool bias = r.out_used.size() > 1 && r.out_used[1];
    return offer_of(shapes, std::make_shared<const WeightsRun>(shapes, bias, r.threads), r.threads);
  }
};

}  // namespace

Candidate float64_conv_backward_data() { return std::make_unique<Float64Data>(); }
Candidate float64_conv_backward_weights() { return std::make_unique<Float64Weights>(); }

}  // namespace luge::cpu::conv
