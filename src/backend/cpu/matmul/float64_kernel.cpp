// Matrix products in float64, which oneDNN does not have: panels of columns are packed and multiplied by the
// inner loop of the float64 convolutions.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/conv/float64.h"
#include "backend/cpu/matmul/candidates.h"
#include "backend/cpu/own_inputs.h"
#include "ops/attributes/matmul.h"

namespace luge::cpu::matmul {
namespace {

constexpr std::int64_t panel = conv::kWindowPoints;  // columns that are packed together
constexpr std::int64_t most_rows = 256, most_depth = 512;
constexpr std::int64_t few = 1 << 15;  // products that the reference loop is left

struct Sizes {
  std::int64_t rows = 0, columns = 0, depth = 0;
  bool transpose_a = false, transpose_b = false, bias = false;
  std::int64_t panels() const { return (columns + panel - 1) / panel; }
};

class Float64Run final : public PreparedKernel {
 public:
  Float64Run(const Sizes& sizes, int threads) : s_(sizes), threads_(threads) {
    const std::int64_t wanted = (threads + s_.panels() - 1) / s_.panels();
    cuts_ = std::clamp<std::int64_t>(std::max(wanted, (s_.rows + most_rows - 1) / most_rows), 1, s_.rows);
    units_ = s_.panels() * cuts_;
  }

  std::size_t scratch() const {
    return static_cast<std::size_t>(turned() + threads_ * part()) * sizeof(double);
  }

  void run(const KernelCall& call) const override {
    auto* const scratch = static_cast<double*>(call.scratch);
    const auto* a = static_cast<const double*>(call.in[0]);
    if (s_.transpose_a) {
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
      for (std::int64_t row = 0; row < s_.rows; ++row) {
        for (std::int64_t k = 0; k < s_.depth; ++k) scratch[row * s_.depth + k] = a[k * s_.rows + row];
      }
      a = scratch;
    }
#pragma omp parallel for num_threads(threads_) schedule(static) if (threads_ > 1)
    for (int thread = 0; thread < threads_; ++thread) {
      double* packed = scratch + turned() + thread * part();
      for (std::int64_t unit = units_ * thread / threads_; unit < units_ * (thread + 1) / threads_; ++unit)
        compute(call, a, unit, packed, packed + most_depth * panel);
    }
  }

 private:
  std::int64_t turned() const { return s_.transpose_a ? s_.rows * s_.depth : 0; }
  std::int64_t part() const { return (most_depth + most_rows) * panel; }  // packed columns, sums

  void compute(const KernelCall& call, const double* a, std::int64_t unit, double* packed,
               double* sums) const {
    const std::int64_t cut = unit % cuts_, begin = unit / cuts_ * panel,
                       count = std::min(panel, s_.columns - begin), first = s_.rows * cut / cuts_,
                       last = s_.rows * (cut + 1) / cuts_;
    const double* bias = s_.bias ? static_cast<const double*>(call.in[2]) + begin : nullptr;
    std::fill_n(sums, (last - first) * panel, 0.0);
    for (std::int64_t k = 0; k < s_.depth; k += most_depth) {
      const std::int64_t depth = std::min(most_depth, s_.depth - k);
      pack(static_cast<const double*>(call.in[1]), k, depth, begin, count, packed);
      conv::multiply_windows()({.weights = a + first * s_.depth + k,
                                .row = s_.depth,
                                .bias = nullptr,
                                .windows = packed,
                                .filters = last - first,
                                .depth = depth,
                                .points = panel,
                                .y = sums,
                                .stride = panel,
                                .add = true});
    }
    for (std::int64_t row = first; row < last; ++row) {
      const double* from = sums + (row - first) * panel;
      double* to = static_cast<double*>(call.out[0]) + row * s_.columns + begin;
      for (std::int64_t j = 0; j < count; ++j) to[j] = bias ? from[j] + bias[j] : from[j];
    }
  }

  // Rows k … of b in columns begin …, with zeros after the last column.
  void pack(const double* b, std::int64_t k, std::int64_t depth, std::int64_t begin, std::int64_t count,
            double* packed) const {
    for (std::int64_t i = 0; i < depth; ++i) {
      double* to = packed + i * panel;
      const double* row = s_.transpose_b ? b + begin * s_.depth + k + i : b + (k + i) * s_.columns + begin;
      const std::int64_t step = s_.transpose_b ? s_.depth : 1;
      for (std::int64_t j = 0; j < count; ++j) to[j] = row[j * step];
      std::fill(to + count, to + panel, 0.0);
    }
  }

  Sizes s_;
  int threads_;
  std::int64_t cuts_ = 1, units_ = 1;
};

class Float64Matmul final : public Kernel {
 public:
  std::string_view name() const override { return "matmul, float64"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<MatmulAttributes>();
    if (!attributes) return refuse("has other attributes");
    for (const Type& type : r.in) {
      if (type.dtype != f64) return refuse(fmt::format("takes f64, got {}", luge::name(type.dtype)));
    }
    if (!r.post.empty()) return refuse("fuses nothing");
    const Shape &x = r.in[0].shape, &y = r.in[1].shape;
    if (y.rank() != 2 || x.rank() < 2) return refuse("the right side must be one matrix");
    if (attributes->transpose_a && x.rank() != 2)
      return refuse("turns one matrix on the left side, not several");
    Sizes sizes{.transpose_a = attributes->transpose_a, .transpose_b = attributes->transpose_b};
    sizes.depth = y[sizes.transpose_b ? 1 : 0];
    sizes.columns = y[sizes.transpose_b ? 0 : 1];
    sizes.rows = sizes.depth ? x.elements() / sizes.depth : 0;
    sizes.bias = own_inputs(r) == 3;
    const std::int64_t products = sizes.rows * sizes.columns * sizes.depth;
    if (products < few) return refuse(fmt::format("{} products are few", products));
    auto run = std::make_shared<const Float64Run>(sizes, r.threads);
    Offer offer;
    offer.scratch = run->scratch();
    offer.kernel = std::move(run);
    offer.cost = 1e-6 + static_cast<double>(products) / (3e9 * r.threads);
    offer.note = fmt::format("panels of {} columns", panel);
    return offer;
  }
};

}  // namespace

std::unique_ptr<const Kernel> float64_matmul() { return std::make_unique<Float64Matmul>(); }

}  // namespace luge::cpu::matmul
