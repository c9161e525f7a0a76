// Convolutions in float64, which oneDNN does not have: the gradient check of a large network is made of them.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/conv/candidates.h"
#include "backend/cpu/conv/float64.h"
#include "backend/cpu/conv/float64_shapes.h"

namespace luge::cpu::conv {
namespace {

class Float64Run final : public PreparedKernel {
 public:
  Float64Run(const Float64Shapes& shapes, bool bias, int threads)
      : s_(shapes), bias_(bias), threads_(threads) {
    const std::int64_t whole = s_.images * s_.groups * s_.tiles();
    // Few points: then the filters are shared out.
    cuts_ = std::clamp<std::int64_t>((threads + whole - 1) / whole, 1, s_.filters);
    units_ = whole * cuts_;
  }

  std::size_t scratch() const {
    return static_cast<std::size_t>(threads_ * s_.depth() * kWindowPoints) * sizeof(double);
  }

  void run(const KernelCall& call) const override {
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int part = 0; part < threads_; ++part) {
      double* windows = static_cast<double*>(call.scratch) + part * s_.depth() * kWindowPoints;
      for (std::int64_t unit = units_ * part / threads_; unit < units_ * (part + 1) / threads_; ++unit)
        compute(call, unit, windows);
    }
  }

 private:
  void compute(const KernelCall& call, std::int64_t unit, double* windows) const {
    const std::int64_t cut = unit % cuts_, tile = unit / cuts_ % s_.tiles(),
                       plane = unit / cuts_ / s_.tiles();  // image and group
    const std::int64_t group = plane % s_.groups, first = s_.filters * cut / cuts_,
                       last = s_.filters * (cut + 1) / cuts_, filter = group * s_.filters + first;
    const std::int64_t begin = tile * kWindowPoints, count = std::min(kWindowPoints, s_.points() - begin);
    gather(static_cast<const double*>(call.in[0]) + plane * s_.channels * s_.image(), begin, count, windows);
    multiply_windows()(
        {static_cast<const double*>(call.in[1]) + filter * s_.depth(), s_.depth(),
         bias_ ? static_cast<const double*>(call.in[2]) + filter : nullptr, windows, last - first, s_.depth(),
         count, static_cast<double*>(call.out[0]) + (plane * s_.filters + first) * s_.points() + begin,
         s_.points()});
  }

  // The windows of `count` points, one after the other along the depth.
  void gather(const double* x, std::int64_t begin, std::int64_t count, double* windows) const {
    const auto& [d, h, w] = s_.windows.axis;
    std::int64_t tap = 0;
    for (std::int64_t kd = 0; kd < d.kernel; ++kd) {
      for (std::int64_t kh = 0; kh < h.kernel; ++kh) {
        for (std::int64_t kw = 0; kw < w.kernel; ++kw, ++tap) {
          std::int64_t from[kWindowPoints];
          for (std::int64_t p = 0; p < kWindowPoints; ++p) {
            const std::int64_t point = begin + p;
            const std::int64_t z = d.at(point / (h.out * w.out), kd), y = h.at(point / w.out % h.out, kh),
                               column = w.at(point % w.out, kw);
            const bool inside = p < count && d.inside(z) && h.inside(y) && w.inside(column);
            from[p] = inside ? (z * h.in + y) * w.in + column : -1;
          }
          for (std::int64_t c = 0; c < s_.channels; ++c) {
            const double* plane = x + c * s_.image();
            double* to = windows + (c * s_.taps() + tap) * kWindowPoints;
            for (std::int64_t p = 0; p < kWindowPoints; ++p) to[p] = from[p] < 0 ? 0.0 : plane[from[p]];
          }
        }
      }
    }
  }

  Float64Shapes s_;
  bool bias_;
  int threads_;
  std::int64_t cuts_ = 1, units_ = 1;
};

class Float64Conv final : public Kernel {
 public:
  std::string_view name() const override { return "conv, float64"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<ConvAttributes>();
    if (std::string reason = refuse_float64(r); !reason.empty()) return refuse(std::move(reason));
    const Float64Shapes shapes(*attributes, r.in[0].shape, r.in[1].shape);
    if (std::string reason = shapes.refuse_few(); !reason.empty()) return refuse(std::move(reason));
    const auto run = std::make_shared<Float64Run>(shapes, r.in.size() > 2, r.threads);
    Offer offer;
    offer.scratch = run->scratch();
    offer.kernel = run;
    offer.cost = shapes.seconds(r.threads);
    offer.note = fmt::format("windows of {} points", kWindowPoints);
    return offer;
  }
};

}  // namespace

Candidate float64_conv() { return std::make_unique<Float64Conv>(); }

}  // namespace luge::cpu::conv
