// guard_finite: one look at every tensor wherever it lies, all of them in one parallel region. Padding holds
// zeros, so that the layout does not matter. What a step is added to is looked at only where the step is so
// long that it could matter.
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "backend/cpu/guard/largest.h"
#include "backend/cpu/layout.h"
#include "core/dispatch.h"
#include "ops/attributes/guard_finite.h"

namespace luge::cpu::guard {
namespace {

constexpr double bytes_per_second = 2e10;
constexpr std::int64_t one_thread_bytes = 128 << 10, part_bytes = 64 << 10;

/// This many bytes of a tensor.
struct Part {
  std::size_t input;
  std::int64_t first, bytes;
};

struct Problem {
  std::size_t passed_bytes = 0, guarded = 0;
  GuardFiniteAttributes attributes;
  std::vector<DType> dtypes;        // per input
  std::vector<std::int64_t> bytes;  // per input
  std::vector<Part> parts;          // of the guarded tensors, one after the other
  int threads = 1;
};

double largest(DType dtype, const void* x, std::int64_t bytes) {
  const Functions& loops = functions();
  const std::int64_t count = bytes / static_cast<std::int64_t>(size_of(dtype));
  return dispatch(dtype, [&]<class T>() -> double {
    if constexpr (sizeof(T) == 2) {
      return convert_element<double>(std::bit_cast<T>(
          static_cast<std::uint16_t>(loops.of_16_bits(static_cast<const std::uint16_t*>(x), count))));
    } else if constexpr (sizeof(T) == 4) {
      return std::bit_cast<float>(
          static_cast<std::uint32_t>(loops.of_32_bits(static_cast<const std::uint32_t*>(x), count)));
    } else if constexpr (sizeof(T) == 8) {
      return std::bit_cast<double>(loops.of_64_bits(static_cast<const std::uint64_t*>(x), count));
    } else {
      return 0;
    }
  });
}

class GuardRun final : public PreparedKernel {
 public:
  explicit GuardRun(Problem problem) : p_(std::move(problem)) {}
  void run(const KernelCall& call) const override {
    double factor = 0;
    if (p_.attributes.factor_counts) std::memcpy(&factor, call.in[1], sizeof factor);
    const auto count = static_cast<std::int64_t>(p_.parts.size());
    auto* most = static_cast<double*>(call.scratch);
#pragma omp parallel for num_threads(p_.threads) schedule(static) if (p_.threads > 1)
    for (std::int64_t k = 0; k < count; ++k) {
      const Part& part = p_.parts[static_cast<std::size_t>(k)];
      const auto* from = static_cast<const std::byte*>(call.in[part.input]) + part.first;
      most[k] = largest(p_.dtypes[part.input], from, part.bytes);
    }
    GuardErrors errors;
    for (std::int64_t k = 0; k < count;) {
      const std::size_t input = p_.parts[static_cast<std::size_t>(k)].input;
      double all = 0;
      for (; k < count && p_.parts[static_cast<std::size_t>(k)].input == input; ++k) {
        if (!(most[k] <= all)) all = std::isnan(all) ? all : most[k];
      }
      if (!passes(call, input, all, factor)) errors.add(static_cast<std::int64_t>(input - kGuardedFrom), all);
    }
    errors.record(*call.status);
    if (call.out[0]) std::memcpy(call.out[0], call.in[0], p_.passed_bytes);
  }

 private:
  bool passes(const KernelCall& call, std::size_t input, double all, double factor) const {
    const auto at = [&](std::size_t group) { return input + group * p_.guarded; };
    return passes_guard(
        p_.attributes, all, factor, [&](std::size_t group) { return p_.dtypes[at(group)]; },
        [&](std::size_t group) {
          return largest(p_.dtypes[at(group)], call.in[at(group)], p_.bytes[at(group)]);
        });
  }

  Problem p_;
};

class GuardKernel final : public Kernel {
 public:
  std::string_view name() const override { return "guard"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<GuardFiniteAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (!r.post.empty()) return refuse("fuses nothing");
    Offer offer;
    Problem p;
    p.attributes = *attributes;
    p.guarded = attributes->guarded(r.in.size());
    p.passed_bytes = static_cast<std::size_t>(r.in[0].shape.elements()) * size_of(r.in[0].dtype);
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < r.in.size(); ++k) {
      p.dtypes.push_back(r.in[k].dtype);
      const bool anywhere = k >= kGuardedFrom && r.in_layouts[k] != any_layout;
      offer.in_layouts.push_back(anywhere ? r.in_layouts[k] : public_layout);
      const auto bytes = static_cast<std::int64_t>(cpu::layout_bytes(offer.in_layouts.back(), r.in[k]));
      p.bytes.push_back(bytes);
      if (k < kGuardedFrom || k >= kGuardedFrom + p.guarded) continue;
      for (std::int64_t at = 0; at < bytes; at += part_bytes)
        p.parts.push_back({k, at, std::min(part_bytes, bytes - at)});
      sum += bytes;
    }
    p.threads = sum < one_thread_bytes ? 1 : r.threads;
    offer.cost = 1e-6 + static_cast<double>(sum) / (bytes_per_second * p.threads);
    offer.scratch = p.parts.size() * sizeof(double);
    offer.note = fmt::format("{} tensors{}", p.guarded, p.threads == 1 ? ", one thread" : "");
    offer.kernel = std::make_shared<GuardRun>(std::move(p));
    return offer;
  }
};

const Candidates registered_kernel("guard_finite", make_kernels<GuardKernel>());

}  // namespace
}  // namespace luge::cpu::guard
