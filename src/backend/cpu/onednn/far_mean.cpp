#include "backend/cpu/onednn/far_mean.h"

#include <algorithm>
#include <cstring>

#include "backend/cpu/channel_view.h"
#include "core/dispatch.h"
#include "ops/attributes/window.h"

namespace luge::cpu::onednn {
namespace {

// Whether some exponent is that of infinities and NaN. Half of float32's bits are all of bfloat16's.
template <class Bits>
bool any_not_finite(const Bits* values, std::int64_t count, Bits exponent, int threads) {
  int found = 0;
#pragma omp parallel for simd num_threads(threads) schedule(static) reduction(| : found) if (threads > 1)
  for (std::int64_t i = 0; i < count; ++i) found |= (values[i] & exponent) == exponent;
  return found != 0;
}

bool any_not_finite(const float* values, std::int64_t count, int threads) {
  return any_not_finite(reinterpret_cast<const std::uint32_t*>(values), count, 0x7f800000u, threads);
}
bool any_not_finite(const bfloat16* values, std::int64_t count, int threads) {
  return any_not_finite(reinterpret_cast<const std::uint16_t*>(values), count, std::uint16_t{0x7f80},
                        threads);
}

/// Where an element lies in memory.
struct Places {
  cpu::ChannelView p;
  std::int64_t elements() const { return p.planes * p.points * p.lanes; }
  std::int64_t at(std::int64_t image, std::int64_t channel, std::int64_t point) const {
    return ((image * p.blocks + channel / p.lanes) * p.points + point) * p.lanes + channel % p.lanes;
  }
};

template <class T>
class FarMeans final : public PreparedKernel {
 public:
  FarMeans(std::shared_ptr<const PreparedKernel> kernel, const PoolAttributes& a, const Shape& x,
           const Places& from, const Places& to, int threads)
      : kernel_(std::move(kernel)),
        windows_(a, x, a.kernel.data()),
        include_pad_(a.count_include_pad),
        images_(x[0]),
        channels_(x[1]),
        from_(from),
        to_(to),
        threads_(threads) {}

  void run(const KernelCall& call) const override {
    kernel_->run(call);
    auto* y = static_cast<T*>(call.out[0]);
    if (any_not_finite(y, to_.elements(), threads_)) mend(static_cast<const T*>(call.in[0]), y);
  }

 private:
  void mend(const T* x, T* y) const {
    const Window &d = windows_.axis[0], &h = windows_.axis[1], &w = windows_.axis[2];
    for (std::int64_t image = 0; image < images_; ++image) {
      for (std::int64_t channel = 0; channel < channels_; ++channel) {
        for (std::int64_t result = 0; result < d.out * h.out * w.out; ++result) {
          T& value = y[to_.at(image, channel, result)];
          if (any_not_finite(&value, 1, 1)) value = T(static_cast<float>(mean(x, image, channel, result)));
        }
      }
    }
  }
  double mean(const T* x, std::int64_t image, std::int64_t channel, std::int64_t result) const {
    const Window &d = windows_.axis[0], &h = windows_.axis[1], &w = windows_.axis[2];
    const std::int64_t at[3] = {result / (h.out * w.out), result / w.out % h.out, result % w.out};
    double sum = 0, count = 0;
    const auto each = [](const Window& window, std::int64_t out, const auto& visit) {
      for (std::int64_t k = 0; k < window.kernel; ++k) visit(window.at(out, k));
    };
    each(d, at[0], [&](std::int64_t i) {
      each(h, at[1], [&](std::int64_t j) {
        each(w, at[2], [&](std::int64_t k) {
          const bool inside = d.inside(i) && h.inside(j) && w.inside(k);
          count += inside || include_pad_ ? 1 : 0;
          if (!inside) return;
          const std::int64_t point = (i * h.in + j) * w.in + k;
          sum += convert_element<double>(x[from_.at(image, channel, point)]);
        });
      });
    });
    return sum / std::max(count, 1.0);
  }

  std::shared_ptr<const PreparedKernel> kernel_;
  Windows<PoolAttributes> windows_;
  bool include_pad_;
  std::int64_t images_, channels_;
  Places from_, to_;
  int threads_;
};

}  // namespace

std::shared_ptr<const PreparedKernel> with_far_means(std::shared_ptr<const PreparedKernel> kernel,
                                                     const PoolAttributes& attributes, const Type& x,
                                                     LayoutId x_layout, const Type& y, LayoutId y_layout,
                                                     int threads) {
  const auto from = cpu::channel_view(x_layout, x), to = cpu::channel_view(y_layout, y);
  if (!from || !to) return kernel;
  const auto wrapped = [&]<class T>() {
    return std::make_shared<FarMeans<T>>(std::move(kernel), attributes, x.shape, Places{*from}, Places{*to},
                                         threads);
  };
  if (x.dtype == DType::bf16) return wrapped.template operator()<bfloat16>();
  return wrapped.template operator()<float>();
}

}  // namespace luge::cpu::onednn
