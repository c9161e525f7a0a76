// Max pooling with the position of each maximum, and the way back. oneDNN's would do but for two things: it
// drops NaN, so that a diverged network looks healthy, and turns -inf into the lowest finite number.
#include <fmt/format.h>

#include <optional>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "backend/cpu/channel_view.h"
#include "backend/cpu/layout.h"
#include "backend/cpu/pool/loops.h"
#include "ops/attributes/pool.h"

namespace luge::cpu::pool {
namespace {

std::optional<Geometry> geometry_of(const PoolAttributes& attributes, LayoutId layout, const Type& x) {
  const auto planes = cpu::channel_view(layout, x);
  if (!planes) return std::nullopt;
  Geometry g;
  g.planes = planes->planes;
  if (layout != public_layout) g.lanes = planes->lanes, g.blocks = planes->blocks, g.filled = planes->filled;
  const Windows<PoolAttributes> windows(attributes, x.shape, attributes.kernel.data());
  for (int k = 0; k < 3; ++k) g.axis[k] = windows.axis[k];
  g.prepare();
  return g;
}

LayoutId layout_of_input(const KernelRequest& r, std::size_t k) {
  return k >= r.in_layouts.size() || r.in_layouts[k] == any_layout ? public_layout : r.in_layouts[k];
}

constexpr double bytes_per_second = 8e9, one_thread_bytes = 256e3;

// Fills in what both directions share; `images` are x and y, or their gradients.
template <class Run>
Offer pool_offer(const KernelRequest& r, LayoutId layout, const Type& x, const Type& y, DType position,
                 const Geometry& g) {
  const auto bytes = static_cast<double>(cpu_backend().bytes(layout, x)) +
                     1.25 * static_cast<double>(cpu_backend().bytes(layout, y));
  const int threads = bytes < one_thread_bytes ? 1 : r.threads;
  Offer offer;
  for (const Type& type : r.out) offer.out_layouts.push_back(cpu::canonical_layout(layout, type));
  offer.cost = 1e-6 + bytes / (bytes_per_second * threads) * (g.lanes == 1 ? 2 : 1);
  auto kernel = std::make_shared<Run>(g, Run::loop_for(x.dtype, position), threads);
  if (x.dtype == DType::bf16) offer.scratch = kernel->scratch();
  offer.kernel = std::move(kernel);
  offer.note = fmt::format("{} lanes{}", g.lanes, threads == 1 ? ", one thread" : "");
  return offer;
}

class Forward final : public PreparedKernel {
 public:
  Forward(const Geometry& g, ForwardLoop loop, int threads) : g_(g), loop_(loop), threads_(threads) {}
  static ForwardLoop loop_for(DType element, DType position) { return forward_loop(element, position); }
  std::size_t scratch() const { return 0; }
  void run(const KernelCall& call) const override {
    const std::int64_t all = g_.rows();
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int part = 0; part < threads_; ++part) {
      loop_(g_, call.in[0], call.out[0], call.out[1], all * part / threads_, all * (part + 1) / threads_);
    }
  }

 private:
  Geometry g_;
  ForwardLoop loop_;
  int threads_;
};

class Backward final : public PreparedKernel {
 public:
  Backward(const Geometry& g, BackwardLoop loop, int threads) : g_(g), loop_(loop), threads_(threads) {}
  static BackwardLoop loop_for(DType element, DType position) { return backward_loop(element, position); }
  std::size_t scratch() const { return static_cast<std::size_t>(threads_ * plane()) * sizeof(float); }
  void run(const KernelCall& call) const override {
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int part = 0; part < threads_; ++part) {
      float* own = call.scratch ? static_cast<float*>(call.scratch) + part * plane() : nullptr;
      loop_(g_, call.in[0], call.in[1], call.out[0], own, g_.planes * part / threads_,
            g_.planes * (part + 1) / threads_);
    }
  }

 private:
  // Floats of one thread's plane, in whole lines of the cache.
  std::int64_t plane() const { return (g_.in_points() * g_.lanes + 15) / 16 * 16; }
  Geometry g_;
  BackwardLoop loop_;
  int threads_;
};

std::string refuse_dtype(DType dtype) {
  if (dtype == DType::f32 || dtype == DType::bf16) return {};
  return fmt::format("takes f32 or bf16, got {}", luge::name(dtype));
}

class MaxPoolKernel final : public Kernel {
 public:
  std::string_view name() const override { return "max pool"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<PoolAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (std::string reason = refuse_dtype(r.in[0].dtype); !reason.empty()) return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    if (!r.out_used[0]) return refuse("gives no positions alone");
    if (r.out[0].shape.elements() == 0)
      return refuse(fmt::format("{} has no elements", r.out[0].shape.to_string()));
    LayoutId layout = layout_of_input(r, 0);
    auto g = geometry_of(*attributes, layout, r.in[0]);
    if (!g) g = geometry_of(*attributes, layout = public_layout, r.in[0]);
    Offer offer = pool_offer<Forward>(r, layout, r.in[0], r.out[0], r.out[1].dtype, *g);
    offer.in_layouts = {layout};
    return offer;
  }
};

class MaxPoolBackwardKernel final : public Kernel {
 public:
  std::string_view name() const override { return "max pool backward"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<PoolAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (std::string reason = refuse_dtype(r.in[0].dtype); !reason.empty()) return refuse(std::move(reason));
    if (!r.post.empty()) return refuse("fuses nothing");
    if (r.in[0].shape.elements() == 0)
      return refuse(fmt::format("{} has no elements", r.in[0].shape.to_string()));
    // Both gradients lie as the positions do: those were laid out by the forward pool.
    LayoutId layout = layout_of_input(r, 1);
    auto g = geometry_of(*attributes, layout, r.out[0]);
    if (!g) g = geometry_of(*attributes, layout = public_layout, r.out[0]);
    Offer offer = pool_offer<Backward>(r, layout, r.out[0], r.in[0], r.in[1].dtype, *g);
    offer.in_layouts = {cpu::canonical_layout(layout, r.in[0]), cpu::canonical_layout(layout, r.in[1]),
                        any_layout};
    return offer;
  }
};

const Candidates registered_max_pool("max_pool", make_kernels<MaxPoolKernel>());
const Candidates registered_backward_max_pool("max_pool_backward", make_kernels<MaxPoolBackwardKernel>());

}  // namespace
}  // namespace luge::cpu::pool
