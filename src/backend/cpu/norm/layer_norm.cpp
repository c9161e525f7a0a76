// Layer normalization, forward and backward, over rows in the public layout. The gradients of scale and shift
// are added up for parts of the rows, which shapes alone determine, and then over the parts in float64.
#include <fmt/format.h>

#include <algorithm>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "backend/cpu/norm/rows.h"
#include "ops/attributes/norm.h"

namespace luge::cpu::norm {
namespace {

constexpr double kBytesPerSecond = 12e9, kOneThreadBytes = 128e3;

Rows rows_of(const LayerNormAttributes& a, const Type& x) {
  Rows r;
  r.epsilon = a.epsilon;
  for (int k = 0; k < x.shape.rank(); ++k) (k < a.axis ? r.rows : r.columns) *= x.shape[k];
  return r;
}

class Forward final : public PreparedKernel {
 public:
  Forward(const Rows& rows, int threads) : rows_(rows), threads_(threads) {}
  void run(const KernelCall& call) const override {
    const auto in = [&](int k) { return static_cast<const float*>(call.in[k]); };
    const auto out = [&](int k) { return static_cast<float*>(call.out[k]); };
    const RowForward p{in(0), in(1), in(2), out(0), out(1), out(2)};
    const RowLoops& loops = row_loops();
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int part = 0; part < threads_; ++part) {
      loops.forward(rows_, p, rows_.rows * part / threads_, rows_.rows * (part + 1) / threads_);
    }
  }

 private:
  Rows rows_;
  int threads_;
};

// Enough parts for any machine, and no more than 512 rows in one, so that float32 sums stay exact enough.
std::int64_t parts_of(const Rows& r) {
  return std::clamp<std::int64_t>(r.rows / 16, 1, std::max<std::int64_t>(64, r.rows / 512));
}

class Backward final : public PreparedKernel {
 public:
  Backward(const Rows& rows, int threads) : rows_(rows), threads_(threads) {}
  void run(const KernelCall& call) const override {
    const auto in = [&](int k) { return static_cast<const float*>(call.in[k]); };
    const auto out = [&](int k) { return static_cast<float*>(call.out[k]); };
    auto* sums = static_cast<float*>(call.scratch);  // [parts][2][columns]
    const RowLoops& loops = row_loops();
    const std::int64_t parts = parts_of(rows_), columns = rows_.columns;
    float *const dscale = out(1), *const dshift = out(2);
#pragma omp parallel num_threads(threads_) if (threads_ > 1)
    {
#pragma omp for schedule(static)
      for (std::int64_t part = 0; part < parts; ++part) {
        float* own = sums + part * 2 * columns;
        const RowBackward p{in(0), in(1), in(2), in(3), in(4), out(0), own, own + columns};
        loops.backward(rows_, p, rows_.rows * part / parts, rows_.rows * (part + 1) / parts);
      }
#pragma omp for schedule(static)
      for (std::int64_t k = 0; k < columns; ++k) {
        double scale = 0, shift = 0;
        for (std::int64_t part = 0; part < parts; ++part) {
          scale += static_cast<double>(sums[part * 2 * columns + k]);
          shift += static_cast<double>(sums[(part * 2 + 1) * columns + k]);
        }
        if (dscale) dscale[k] = static_cast<float>(scale);
        if (dshift) dshift[k] = static_cast<float>(shift);
      }
    }
  }

 private:
  Rows rows_;
  int threads_;
};

template <class Run>
Offer offer_of(const KernelRequest& r, const Type& x, double passes) {
  if (x.dtype != DType::f32) return refuse(fmt::format("takes f32, got {}", name(x.dtype)));
  if (x.shape.elements() == 0) return refuse(fmt::format("{} has no elements", x.shape.to_string()));
  if (!r.post.empty()) return refuse("fuses nothing");
  const Rows rows = rows_of(*r.op.attributes<LayerNormAttributes>(), x);
  const double bytes = 4 * passes * static_cast<double>(x.shape.elements());
  const int threads =
      bytes < kOneThreadBytes ? 1 : static_cast<int>(std::min<std::int64_t>(r.threads, rows.rows));
  Offer offer;
  offer.in_layouts.assign(r.in.size(), public_layout);
  offer.out_layouts.assign(r.out.size(), public_layout);
  offer.cost = 1e-6 + bytes / (kBytesPerSecond * threads);
  offer.kernel = std::make_shared<Run>(rows, threads);
  offer.note = fmt::format("{} rows of {}{}", rows.rows, rows.columns, threads == 1 ? ", one thread" : "");
  return offer;
}

class LayerNormKernel final : public Kernel {
 public:
  std::string_view name() const override { return "layer norm"; }
  Offer offer(const KernelRequest& r) const override {
    Offer offer = offer_of<Forward>(r, r.in[0], 2);
    offer.in_place = {{0}};
    return offer;
  }
};

class LayerNormBackwardKernel final : public Kernel {
 public:
  std::string_view name() const override { return "layer norm backward"; }
  Offer offer(const KernelRequest& r) const override {
    Offer offer = offer_of<Backward>(r, r.in[1], 3);
    if (!offer.accepted()) return offer;
    const Rows rows = rows_of(*r.op.attributes<LayerNormAttributes>(), r.in[1]);
    offer.scratch = static_cast<std::size_t>(parts_of(rows) * 2 * rows.columns) * sizeof(float);
    offer.in_place = {{0}, {1}};
    return offer;
  }
};

const Candidates registered_layer_norm("layer_norm", make_kernels<LayerNormKernel>());
const Candidates registered_backward_layer_norm("layer_norm_backward",
                                                make_kernels<LayerNormBackwardKernel>());

}  // namespace
}  // namespace luge::cpu::norm
