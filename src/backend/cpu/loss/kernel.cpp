// softmax_cross_entropy and softmax_cross_entropy_backward for labels, with the classes on the last axis: one
// pass over the logits each way, no table of targets.
#include <fmt/format.h>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "backend/cpu/loss/entropy.h"
#include "core/whole.h"
#include "ops/attributes/cross_entropy.h"

namespace luge::cpu::loss {
namespace {

constexpr double elements_per_second = 1e9;
constexpr double one_thread_elements = 2e4;

struct Problem {
  Rows rows;
  CrossEntropyAttributes attributes;
  std::int64_t samples = 0;
  int threads = 1;
};

/// A label as a class; `ignored`, and a record when it is no class, else.
template <class L>
void read_labels(const Problem& p, const L* labels, std::int64_t first, std::int64_t last, std::int64_t* to,
                 Status* status) {
  for (std::int64_t s = first; s < last; ++s) {
    const std::optional<std::int64_t> label = as_whole(labels[s]);
    to[s] = ignored;
    if (p.attributes.ignores(label)) continue;
    if (label && *label >= 0 && *label < p.rows.classes) {
      to[s] = *label;
    } else {
      status->record({s, exactly(labels[s]), p.rows.classes});
    }
  }
}

template <class L, bool back>
class EntropyRun final : public PreparedKernel {
 public:
  explicit EntropyRun(const Problem& problem) : p_(problem) {}
  void run(const KernelCall& call) const override {
    const auto* x = static_cast<const float*>(call.in[0]);
    const auto* given = static_cast<const L*>(call.in[1]);
    auto* labels = static_cast<std::int64_t*>(call.scratch);
    const auto& loops = functions();
#pragma omp parallel for num_threads(p_.threads) schedule(static) if (p_.threads > 1)
    for (int part = 0; part < p_.threads; ++part) {
      const std::int64_t first = p_.samples * part / p_.threads, last = p_.samples * (part + 1) / p_.threads;
      read_labels(p_, given, first, last, labels, call.status);
      const float* rows = x + first * p_.rows.classes;
      if constexpr (back) {
        loops.backward(p_.rows, rows, labels + first, static_cast<const float*>(call.in[2]) + first,
                       static_cast<const float*>(call.in[3]) + first,
                       static_cast<float*>(call.out[0]) + first * p_.rows.classes, last - first);
      } else {
        auto *cost = static_cast<float*>(call.out[0]), *log_sum = static_cast<float*>(call.out[1]);
        loops.forward(p_.rows, rows, labels + first, cost ? cost + first : nullptr,
                      log_sum ? log_sum + first : nullptr, last - first);
      }
    }
  }

 private:
  Problem p_;
};

template <bool back>
class EntropyKernel final : public Kernel {
 public:
  std::string_view name() const override { return back ? "entropy rows backward" : "entropy rows"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<CrossEntropyAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    const Shape &x = r.in[0].shape, &labels = r.in[1].shape;
    if (r.in[0].dtype != DType::f32)
      return refuse(fmt::format("takes f32, got {}", luge::name(r.in[0].dtype)));
    if (!r.post.empty()) return refuse("fuses nothing");
    if (labels.rank() == x.rank()) return refuse("takes labels, not probabilities");
    if (attributes->axis != x.rank() - 1) return refuse("takes classes on the last axis");
    if (x.elements() == 0) return refuse("there is nothing to do");
    Problem p;
    p.rows = {x[x.rank() - 1], static_cast<float>(attributes->label_smoothing)};
    p.samples = labels.elements();
    p.attributes = *attributes;
    const auto elements = static_cast<double>(x.elements());
    p.threads = elements < one_thread_elements ? 1 : r.threads;
    Offer offer;
    switch (r.in[1].dtype) {
      case DType::i64: offer.kernel = std::make_shared<EntropyRun<std::int64_t, back>>(p); break;
      case DType::i32: offer.kernel = std::make_shared<EntropyRun<std::int32_t, back>>(p); break;
      case DType::u8: offer.kernel = std::make_shared<EntropyRun<std::uint8_t, back>>(p); break;
      case DType::f32: offer.kernel = std::make_shared<EntropyRun<float, back>>(p); break;
      default:
        return refuse(fmt::format("takes labels i64, i32, u8, f32, got {}", luge::name(r.in[1].dtype)));
    }
    offer.scratch = static_cast<std::size_t>(p.samples) * sizeof(std::int64_t);
    offer.cost = 1e-6 + elements / (elements_per_second * p.threads);
    if (back) offer.in_place = {{0}};
    offer.note =
        fmt::format("{} rows of {}{}", p.samples, p.rows.classes, p.threads == 1 ? ", one thread" : "");
    return offer;
  }
};

const Candidates registered_kernel("softmax_cross_entropy", make_kernels<EntropyKernel<false>>());
const Candidates registered_backward_kernel("softmax_cross_entropy_backward",
                                            make_kernels<EntropyKernel<true>>());

}  // namespace
}  // namespace luge::cpu::loss
