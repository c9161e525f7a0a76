// Attention and its gradient, one head after the other; threads share the heads, and the rows where heads are
// few. One packed projection is read and written where it lies.
#include <fmt/format.h>

#include <cmath>

#include "backend/backend.h"
#include "backend/cpu/attention/heads.h"
#include "backend/cpu/candidates.h"
#include "ops/attributes/attention.h"

namespace luge::cpu::attention {
namespace {

constexpr double flops_per_second = 5e10;
constexpr double one_thread_flops = 5e5;

std::size_t operands_of(const AttentionAttributes& a) { return a.heads > 0 ? 1 : 3; }

Heads heads_of(const AttentionAttributes& a, std::span<const Type> in) {
  Heads s;
  const Shape& q = in[0].shape;
  s.batch = q[0];
  s.causal = a.causal;
  if (a.heads > 0) {
    s.heads = a.heads;
    s.rows = s.columns = q[1];
    s.depth = s.value_depth = q[2] / (3 * a.heads);
  } else {
    s.heads = q[1];
    s.rows = q[2];
    s.columns = in[1].shape[2];
    s.depth = q[3];
    s.value_depth = in[2].shape[3];
  }
  s.scale = static_cast<float>(a.scale != 0 ? a.scale : 1 / std::sqrt(static_cast<double>(s.depth)));
  return s;
}

/// [N,heads,T,d].
Rows plain(void* data, std::int64_t heads, std::int64_t rows, std::int64_t depth) {
  return {static_cast<float*>(data), heads * rows * depth, rows * depth, depth};
}
/// Part `part` of `parts` of [N,T,parts·heads·d].
Rows packed(void* data, const Heads& s, std::int64_t part, std::int64_t parts) {
  const std::int64_t width = s.heads * s.depth;
  return {static_cast<float*>(data) + part * width, s.rows * parts * width, s.depth, parts * width};
}

struct Operands {
  Rows q, k, v;
};
Operands operands(void* const* data, const Heads& s, bool one) {
  if (one) return {packed(data[0], s, 0, 3), packed(data[0], s, 1, 3), packed(data[0], s, 2, 3)};
  return {plain(data[0], s.heads, s.rows, s.depth), plain(data[1], s.heads, s.columns, s.depth),
          plain(data[2], s.heads, s.columns, s.value_depth)};
}
Rows output(void* data, const Heads& s, bool one) {
  return one ? packed(data, s, 0, 1) : plain(data, s.heads, s.rows, s.value_depth);
}

/// Where part `part` of `parts` of a head's rows begins; parts are of one price.
std::int64_t cut(const Heads& s, std::int64_t part, std::int64_t parts) {
  const double share = static_cast<double>(part) / static_cast<double>(parts);
  return std::llround(static_cast<double>(s.rows) * (s.causal ? std::sqrt(share) : share));
}

class ForwardRun final : public PreparedKernel {
 public:
  ForwardRun(const Heads& s, bool one, int threads) : s_(s), one_(one), threads_(threads) {}
  void run(const KernelCall& call) const override {
    const auto [q, k, v] = operands(call.in, s_, one_);
    const Forward f{s_, q, k, v, output(call.out[0], s_, one_), static_cast<float*>(call.out[1])};
    const auto& loops = functions();
    const std::int64_t of_one = loops.forward_scratch(s_);
    // A head's rows are shared out only where there are too few heads: its columns are packed again each
    // time.
    const bool whole = s_.count() >= 4 * threads_ || s_.count() % threads_ == 0;
    const std::int64_t parts = whole ? 1 : threads_, tasks = s_.count() * parts;
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int thread = 0; thread < threads_; ++thread) {
      float* scratch = static_cast<float*>(call.scratch) + thread * of_one;
      for (std::int64_t task = thread; task < tasks; task += threads_) {
        const std::int64_t part = task % parts, head = task / parts;
        const std::int64_t next = whole ? head + threads_ : s_.count();
        const std::int64_t first = cut(s_, part, parts), last = cut(s_, part + 1, parts);
        if (first < last) loops.forward(f, scratch, {head, next, first, last});
      }
    }
  }

 private:
  Heads s_;
  bool one_;
  int threads_;
};

class BackwardRun final : public PreparedKernel {
 public:
  BackwardRun(const Heads& s, bool one, int threads) : s_(s), one_(one), threads_(threads) {}
  void run(const KernelCall& call) const override {
    const std::size_t own = one_ ? 1 : 3;
    const auto [q, k, v] = operands(call.in, s_, one_);
    const auto [dq, dk, dv] = operands(call.out, s_, one_);
    const Backward b{s_,
                     q,
                     k,
                     v,
                     output(call.in[own], s_, one_),
                     output(call.in[own + 2], s_, one_),
                     dq,
                     dk,
                     dv,
                     static_cast<const float*>(call.in[own + 1])};
    const auto& loops = functions();
    const std::int64_t of_one = loops.backward_scratch(s_);
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int thread = 0; thread < threads_; ++thread) {
      float* scratch = static_cast<float*>(call.scratch) + thread * of_one;
      for (std::int64_t head = thread; head < s_.count(); head += threads_) {
        loops.backward(b, scratch, head, head + threads_);
      }
    }
  }

 private:
  Heads s_;
  bool one_;
  int threads_;
};

std::string refusal(const KernelRequest& r, std::size_t own_inputs) {
  if (r.in[0].dtype != DType::f32) return fmt::format("takes f32, got {}", luge::name(r.in[0].dtype));
  if (!r.post.empty()) return "fuses nothing";
  if (r.in.size() > own_inputs) return "takes no mask";
  for (const auto types : {r.in, r.out}) {
    for (const Type& type : types) {
      if (type.shape.elements() == 0) return fmt::format("{} has no elements", type.shape.to_string());
    }
  }
  return {};
}

template <class Run>
Offer accept(const KernelRequest& r, const Heads& s, bool one, int products, std::int64_t scratch) {
  const double flops = 2.0 * products * static_cast<double>(s.count() * s.rows * s.columns) *
                       static_cast<double>(s.depth) * (s.causal ? 0.5 : 1);
  const int threads = flops < one_thread_flops ? 1 : r.threads;
  Offer offer;
  offer.scratch = static_cast<std::size_t>(threads * scratch) * sizeof(float);
  offer.cost = 1e-6 + flops / (flops_per_second * threads);
  offer.kernel = std::make_shared<Run>(s, one, threads);
  offer.note = fmt::format("{} heads {}x{}x{}{}{}", s.count(), s.rows, s.columns, s.depth,
                           s.causal ? ", causal" : "", threads == 1 ? ", one thread" : "");
  return offer;
}

class AttentionKernel final : public Kernel {
 public:
  std::string_view name() const override { return "attention heads"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<AttentionAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (std::string reason = refusal(r, operands_of(*attributes)); !reason.empty())
      return refuse(std::move(reason));
    if (!r.out_used[0]) return refuse("gives no logarithms alone");
    const Heads s = heads_of(*attributes, r.in);
    return accept<ForwardRun>(r, s, attributes->heads > 0, 2, functions().forward_scratch(s));
  }
};

class AttentionBackwardKernel final : public Kernel {
 public:
  std::string_view name() const override { return "attention heads backward"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<AttentionAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (std::string reason = refusal(r, operands_of(*attributes) + 3); !reason.empty())
      return refuse(std::move(reason));
    for (const bool used : r.out_used) {
      if (!used) return refuse("gives all gradients together");
    }
    const Heads s = heads_of(*attributes, r.in);
    return accept<BackwardRun>(r, s, attributes->heads > 0, 5, functions().backward_scratch(s));
  }
};

const Candidates registered_kernel("attention", make_kernels<AttentionKernel>());
const Candidates registered_backward_kernel("attention_backward", make_kernels<AttentionBackwardKernel>());

}  // namespace
}  // namespace luge::cpu::attention
