// Batch normalization in training, forward and backward, over images in whatever layout convolutions leave
// them. A convolution's output is larger than the caches, so what counts is how often it is read: forward
// twice, backward twice each image. relu and a residual sum are taken along, and relu's mask is computed
// again from x rather than read.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "backend/cpu/layout.h"
#include "backend/cpu/norm/channels.h"
#include "backend/cpu/norm/wide.h"
#include "ops/attributes/norm.h"

namespace luge::cpu::norm {
namespace {

struct Rectified {
  double epsilon;
  Rectifier rectifier = Rectifier::none;
  float slope = 0;
  explicit Rectified(const AnyOp& op) {
    if (const auto* plain = op.attributes<BatchNormAttributes>()) {
      epsilon = plain->epsilon;
      return;
    }
    const auto& a = *op.attributes<BatchNormReluAttributes>();
    epsilon = a.epsilon;
    slope = static_cast<float>(a.slope);
    rectifier = slope == 0 ? Rectifier::relu : Rectifier::leaky;
  }
};

constexpr double kBytesPerSecond = 8e9, kOneThreadBytes = 256e3;
constexpr int kVectors = 5;  // of Coefficients

std::size_t scratch_bytes(const ChannelWalk& w) {
  const auto padded = static_cast<std::size_t>(w.padded());
  return padded * (static_cast<std::size_t>(w.parts) * 2 * sizeof(double) + kVectors * sizeof(float));
}

struct Scratch {
  Partial partial;
  Coefficients c;
  Scratch(const ChannelWalk& w, void* memory) {
    auto* doubles = static_cast<double*>(memory);
    partial = {doubles, doubles + w.parts * w.padded()};
    auto* floats = reinterpret_cast<float*>(doubles + 2 * w.parts * w.padded());
    float** const vectors[] = {&c.mean, &c.factor, &c.shift, &c.constant, &c.slope};
    for (float** vector : vectors) *vector = floats, floats += w.padded();
  }
};

float inverse_deviation(float variance, double epsilon) {
  return static_cast<float>(1 / std::sqrt(static_cast<double>(variance) + epsilon));
}

float wide_inverse(const WideMoments& moments, double epsilon) {
  return static_cast<float>(1 / std::sqrt(moments.variance + epsilon));
}

// Channels of a strip; padding lanes get zeros.
template <class Each>
void for_channels(const ChannelWalk& w, std::int64_t strip, const Coefficients& c, const Each& each) {
  for (std::int64_t k = strip * w.lanes; k < (strip + 1) * w.lanes; ++k) {
    if (k < w.channels) {
      each(k);
    } else {
      c.mean[k] = c.factor[k] = c.shift[k] = c.constant[k] = c.slope[k] = 0;
    }
  }
}

// Runs `first` over all tasks, `between` over all strips, `last` over all tasks again: each thread over its
// own, backwards, so that it meets first what it left in its cache.
template <class First, class Between, class Last>
void run_phases(const ChannelWalk& w, int threads, const First& first, const Between& between,
                const Last& last) {
  const std::int64_t tasks = w.tasks();
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    const std::int64_t thread = omp_get_thread_num(), all = omp_get_num_threads();
    const std::int64_t begin = tasks * thread / all, end = tasks * (thread + 1) / all;
    for (std::int64_t task = begin; task < end; ++task) first(task);
#pragma omp barrier
#pragma omp for schedule(static)
    for (std::int64_t strip = 0; strip < w.strips; ++strip) between(strip);
    for (std::int64_t task = end; task-- > begin;) last(task);
  }
}

class Forward final : public PreparedKernel {
 public:
  // x, scale, shift and, if there is one, the residual.
  Forward(const ChannelWalk& walk, const Rectified& rectified, bool residual, int threads)
      : walk_(walk), rectified_(rectified), residual_(residual), threads_(threads) {}

  void run(const KernelCall& call) const override {
    const auto in = [&](int k) { return static_cast<const float*>(call.in[k]); };
    const float *x = in(0), *scale = in(1), *shift = in(2);
    const ForwardImages images{x, residual_ ? in(3) : nullptr, static_cast<float*>(call.out[0]),
                               rectified_.rectifier, rectified_.slope};
    auto *mean = static_cast<float*>(call.out[1]), *variance = static_cast<float*>(call.out[2]);
    const Scratch s(walk_, call.scratch);
    const ChannelLoops& loops = channel_loops();
    run_phases(
        walk_, threads_, [&](std::int64_t task) { loops.moments(walk_, task, x, s.partial); },
        [&](std::int64_t strip) {
          for_channels(walk_, strip, s.c, [&](std::int64_t k) {
            auto [average, square] = join(s.partial, k);
            s.c.mean[k] = average;
            s.c.factor[k] = scale[k] * inverse_deviation(square, rectified_.epsilon);
            if (!std::isfinite(square)) {  // the deviation may be finite all the same
              const WideMoments wide = wide_moments(walk_, k, x);
              s.c.mean[k] = average = static_cast<float>(wide.mean);
              s.c.factor[k] = scale[k] * wide_inverse(wide, rectified_.epsilon);
              square = static_cast<float>(wide.variance);  // infinite, not NaN, of finite numbers
            }
            s.c.shift[k] = shift[k];
            if (mean) mean[k] = average;
            if (variance) variance[k] = square;
          });
        },
        [&](std::int64_t task) {
          if (images.y) loops.apply(walk_, task, images, s.c);
        });
  }

 private:
  // The parts of a channel's moments as mean and variance.
  std::pair<float, float> join(const Partial& partial, std::int64_t k) const {
    double count = 0, mean = 0, squares = 0;
    for (std::int64_t part = 0; part < walk_.parts; ++part) {
      const std::int64_t at = part * walk_.padded() + k;
      const auto m =
          static_cast<double>((walk_.first_image(part + 1) - walk_.first_image(part)) * walk_.points);
      if (m == 0) continue;
      const double delta = partial.first[at] - mean;
      mean += delta * m / (count + m);
      squares += partial.second[at] + delta * delta * count * m / (count + m);
      count += m;
    }
    return {static_cast<float>(mean), static_cast<float>(std::max(squares, 0.0) / count)};
  }

  ChannelWalk walk_;
  Rectified rectified_;
  bool residual_;
  int threads_;
};

class Backward final : public PreparedKernel {
 public:
  // dy, x, scale, mean, variance; with a rectifier the shift follows scale.
  Backward(const ChannelWalk& walk, const Rectified& rectified, int threads)
      : walk_(walk), rectified_(rectified), threads_(threads) {}

  void run(const KernelCall& call) const override {
    const auto in = [&](int k) { return static_cast<const float*>(call.in[k]); };
    const auto out = [&](int k) { return static_cast<float*>(call.out[k]); };
    const BackwardImages images{in(0), in(1), out(0), rectified_.rectifier, rectified_.slope};
    const int behind = rectified_.rectifier == Rectifier::none ? 3 : 4;
    const float *scale = in(2), *shift = behind == 4 ? in(3) : nullptr, *mean = in(behind),
                *variance = in(behind + 1);
    float *dscale = out(1), *dshift = out(2);
    const Scratch s(walk_, call.scratch);
    const ChannelLoops& loops = channel_loops();
    for (std::int64_t strip = 0; strip < walk_.strips; ++strip) {
      for_channels(walk_, strip, s.c, [&](std::int64_t k) {
        s.c.mean[k] = mean[k];
        s.c.factor[k] = scale[k] * inverse_deviation(variance[k], rectified_.epsilon);
        s.c.shift[k] = shift ? shift[k] : 0;
      });
    }
    const auto n = static_cast<double>(walk_.images * walk_.points);
    const double epsilon = rectified_.epsilon;
    run_phases(
        walk_, threads_, [&](std::int64_t task) { loops.slopes(walk_, task, images, s.c, s.partial); },
        [&](std::int64_t strip) {
          if (is_wide(strip, variance)) {
            for_channels(walk_, strip, s.c, [&](std::int64_t k) {
              const double inverse = std::isinf(variance[k])
                                         ? wide_inverse(wide_moments(walk_, k, images.x), epsilon)
                                         : inverse_deviation(variance[k], epsilon);
              s.c.slope[k] = static_cast<float>(inverse);
              const WideSlopes slopes = wide_slopes(walk_, wide_channel(k, mean, scale, shift, s.c), images);
              s.partial.first[k] = slopes.sum, s.partial.second[k] = slopes.product;
              if (dscale) dscale[k] = static_cast<float>(slopes.product);
              if (dshift) dshift[k] = static_cast<float>(slopes.sum);
            });
            return;
          }
          for_channels(walk_, strip, s.c, [&](std::int64_t k) {
            double sum = 0, product = 0;
            for (std::int64_t part = 0; part < walk_.parts; ++part) {
              sum += s.partial.first[part * walk_.padded() + k];
              product += s.partial.second[part * walk_.padded() + k];
            }
            const double inverse = static_cast<double>(inverse_deviation(variance[k], rectified_.epsilon));
            const double factor = static_cast<double>(scale[k]) * inverse;
            s.c.constant[k] = static_cast<float>(-factor * sum / n);
            s.c.slope[k] = static_cast<float>(-factor * inverse * inverse * product / n);
            if (dscale) dscale[k] = static_cast<float>(product * inverse);
            if (dshift) dshift[k] = static_cast<float>(sum);
          });
        },
        [&](std::int64_t task) {
          if (!images.dx) return;
          const std::int64_t strip = task / walk_.parts, part = task % walk_.parts;
          if (!is_wide(strip, variance)) return loops.spread(walk_, task, images, s.c);
          for (std::int64_t k = strip * walk_.lanes; k < (strip + 1) * walk_.lanes; ++k) {
            if (k < walk_.channels) {
              wide_spread(walk_, part, wide_channel(k, mean, scale, shift, s.c),
                          {s.partial.first[k], s.partial.second[k]}, images);
            } else {
              wide_spread(walk_, part, {.channel = k}, {}, images);  // padding stays 0
            }
          }
        });
  }

 private:
  // A channel of the strip has a variance that no float32 holds; then all of them are taken so.
  bool is_wide(std::int64_t strip, const float* variance) const {
    const std::int64_t end = std::min((strip + 1) * walk_.lanes, walk_.channels);
    return std::any_of(variance + std::min(strip * walk_.lanes, end), variance + end,
                       [](float each) { return std::isinf(each); });
  }
  static WideChannel wide_channel(std::int64_t k, const float* mean, const float* scale, const float* shift,
                                  const Coefficients& c) {
    return {k, static_cast<double>(mean[k]), static_cast<double>(c.slope[k]), static_cast<double>(scale[k]),
            shift ? static_cast<double>(shift[k]) : 0};
  }

  ChannelWalk walk_;
  Rectified rectified_;
  int threads_;
};

LayoutId given_layout(const KernelRequest& r, std::size_t k) {
  return k >= r.in_layouts.size() || r.in_layouts[k] == any_layout ? public_layout : r.in_layouts[k];
}

// The layout of an image, if the loops know it; else the public one.
std::pair<LayoutId, ChannelWalk> walk_of(LayoutId layout, const Type& image) {
  auto planes = cpu::channel_view(layout, image);
  if (!planes) planes = cpu::channel_view(layout = public_layout, image);
  return {layout, ChannelWalk(*planes, image.shape[0], image.shape[1])};
}

// Fills in what both directions share. `images`: which inputs are images, as the first output is; `passes`:
// how often memory is walked over.
template <class Run, class... Settings>
Offer offer_of(const KernelRequest& r, LayoutId wished, const Type& image,
               std::initializer_list<std::size_t> images, double passes, const Settings&... settings) {
  const auto [layout, walk] = walk_of(wished, image);
  const double bytes = static_cast<double>(cpu_backend().bytes(layout, image)) * passes;
  const int threads = bytes < kOneThreadBytes ? 1 : r.threads;
  Offer offer;
  offer.in_layouts.assign(r.in.size(), public_layout);
  for (const std::size_t k : images) {
    offer.in_layouts[k] = layout;
    offer.in_place.push_back({static_cast<int>(k)});
  }
  offer.out_layouts.assign(r.out.size(), public_layout);
  offer.out_layouts[0] = layout;
  offer.scratch = scratch_bytes(walk);
  offer.cost = 1e-6 + bytes / (kBytesPerSecond * threads) * (walk.lanes < 4 && !walk.plane ? 4 : 1);
  offer.kernel = std::make_shared<Run>(walk, settings..., threads);
  offer.note = fmt::format("{} strips of {}, {} parts{}", walk.strips, walk.lanes, walk.parts,
                           threads == 1 ? ", one thread" : "");
  return offer;
}

std::string refusal_of(const KernelRequest& r, const Type& image) {
  if (image.dtype != DType::f32) return fmt::format("takes f32, got {}", name(image.dtype));
  if (image.shape.elements() == 0) return fmt::format("{} has no elements", image.shape.to_string());
  if (!r.post.empty()) return "fuses what its op says and no more";
  return {};
}

class ForwardKernel final : public Kernel {
 public:
  std::string_view name() const override { return "batch norm"; }
  Offer offer(const KernelRequest& r) const override {
    if (std::string reason = refusal_of(r, r.in[0]); !reason.empty()) return refuse(std::move(reason));
    const LayoutId layout = given_layout(r, 0);
    const bool image = r.out_used[0];  // else statistics alone: x is read once
    if (r.in.size() == 4)
      return offer_of<Forward>(r, layout, r.in[0], {0, 3}, image ? 4 : 1, Rectified(r.op), true);
    return offer_of<Forward>(r, layout, r.in[0], {0}, image ? 3 : 1, Rectified(r.op), false);
  }
};

class BackwardKernel final : public Kernel {
 public:
  std::string_view name() const override { return "batch norm backward"; }
  Offer offer(const KernelRequest& r) const override {
    if (std::string reason = refusal_of(r, r.in[1]); !reason.empty()) return refuse(std::move(reason));
    // Both images lie as x does, which was laid out by the forward pass.
    LayoutId layout = given_layout(r, 1);
    if (layout == public_layout) layout = given_layout(r, 0);
    return offer_of<Backward>(r, layout, r.in[1], {0, 1}, r.out_used[0] ? 5 : 2, Rectified(r.op));
  }
};

const Candidates registered_batch_norm("batch_norm", make_kernels<ForwardKernel>());
const Candidates registered_relu("batch_norm_relu", make_kernels<ForwardKernel>());
const Candidates registered_backward_batch_norm("batch_norm_backward", make_kernels<BackwardKernel>());
const Candidates registered_relu_backward("batch_norm_relu_backward", make_kernels<BackwardKernel>());

}  // namespace
}  // namespace luge::cpu::norm
