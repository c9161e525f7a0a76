// take and index_add over an axis: rows are copied by all threads at once; sums are shared out by columns, so
// that each element adds up in the order of the indices whatever the number of threads.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "ops/attributes/index.h"

namespace luge::cpu::index {
namespace {

constexpr double bytes_per_second = 8e9, one_thread_bytes = 256e3;
constexpr std::int64_t least_columns = 16;  // of a thread: a cache line of f32

/// `outer` blocks, an axis of `extent`, `inner` elements; `count` indices.
struct Walk {
  std::int64_t outer = 1, extent = 1, inner = 1, count = 1;
  std::size_t element = 4;
  int threads = 1;

  Walk(const KernelRequest& r, std::int64_t axis) {
    const Shape& x = r.in[0].shape;
    for (int k = 0; k < x.rank(); ++k) (k < axis ? outer : k == axis ? extent : inner) *= x[k];
    count = r.in[1].shape.elements();
    element = size_of(r.in[0].dtype);
    threads = bytes() < one_thread_bytes ? 1 : r.threads;
  }
  double bytes() const {
    return 2.0 * static_cast<double>(outer * count * inner) * static_cast<double>(element);
  }
};

/// The index at a position; -1 and a record when it is none of the axis.
template <class I>
std::int64_t index_at(const I* indices, std::int64_t k, std::int64_t extent, Status* status) {
  const auto index = static_cast<std::int64_t>(indices[k]);
  if (index >= 0 && index < extent) return index;
  status->record({k, index, extent});
  return -1;
}

template <class I>
class TakeRun final : public PreparedKernel {
 public:
  explicit TakeRun(const Walk& walk) : w_(walk) {}
  void run(const KernelCall& call) const override {
    const auto* x = static_cast<const std::byte*>(call.in[0]);
    const auto* indices = static_cast<const I*>(call.in[1]);
    auto* y = static_cast<std::byte*>(call.out[0]);
    const std::size_t slice = static_cast<std::size_t>(w_.inner) * w_.element;
#pragma omp parallel for num_threads(w_.threads) schedule(static) if (w_.threads > 1)
    for (std::int64_t item = 0; item < w_.outer * w_.count; ++item) {
      const std::int64_t index = index_at(indices, item % w_.count, w_.extent, call.status);
      if (index < 0) continue;
      const std::int64_t from = item / w_.count * w_.extent + index;
      std::memcpy(y + static_cast<std::size_t>(item) * slice, x + static_cast<std::size_t>(from) * slice,
                  slice);
    }
  }

 private:
  Walk w_;
};

template <class I>
class IndexAddRun final : public PreparedKernel {
 public:
  explicit IndexAddRun(const Walk& walk) : w_(walk) {}
  void run(const KernelCall& call) const override {
    const auto* x = static_cast<const float*>(call.in[0]);
    const auto* indices = static_cast<const I*>(call.in[1]);
    const auto* updates = static_cast<const float*>(call.in[2]);
    auto* y = static_cast<float*>(call.out[0]);
    const int parts = static_cast<int>(std::clamp<std::int64_t>(w_.inner / least_columns, 1, w_.threads));
#pragma omp parallel for num_threads(parts) schedule(static) if (parts > 1)
    for (int part = 0; part < parts; ++part) {
      const std::int64_t first = border(part, parts), last = border(part + 1, parts);
      for (std::int64_t row = 0; y != x && row < w_.outer * w_.extent; ++row) {
        std::copy(x + row * w_.inner + first, x + row * w_.inner + last, y + row * w_.inner + first);
      }
      for (std::int64_t item = 0; item < w_.outer * w_.count; ++item) {
        const std::int64_t index = index_at(indices, item % w_.count, w_.extent, call.status);
        if (index < 0) break;
        float* to = y + (item / w_.count * w_.extent + index) * w_.inner;
        const float* update = updates + item * w_.inner;
        for (std::int64_t i = first; i < last; ++i) to[i] += update[i];
      }
    }
  }

 private:
  std::int64_t border(int part, int parts) const {
    return part == parts ? w_.inner : w_.inner * part / parts / least_columns * least_columns;
  }
  Walk w_;
};

template <template <class> class Run>
Offer rows_offer(const KernelRequest& r, const IndexAttributes& a) {
  if (!r.post.empty()) return refuse("fuses nothing");
  if (r.out[0].shape.elements() == 0 || r.in[1].shape.elements() == 0)
    return refuse("there is nothing to do");
  const Walk walk(r, a.axis);
  Offer offer;
  if (r.in[1].dtype == DType::i64) {
    offer.kernel = std::make_shared<Run<std::int64_t>>(walk);
  } else if (r.in[1].dtype == DType::i32) {
    offer.kernel = std::make_shared<Run<std::int32_t>>(walk);
  } else {
    return refuse(fmt::format("takes indices i64 and i32, got {}", luge::name(r.in[1].dtype)));
  }
  offer.cost = 1e-6 + walk.bytes() / (bytes_per_second * walk.threads);
  offer.note = fmt::format("{} rows of {}{}", walk.outer * walk.count, walk.inner,
                           walk.threads == 1 ? ", one thread" : "");
  return offer;
}

class TakeKernel final : public Kernel {
 public:
  std::string_view name() const override { return "copied rows"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<IndexAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    return rows_offer<TakeRun>(r, *attributes);
  }
};

class IndexAddKernel final : public Kernel {
 public:
  std::string_view name() const override { return "added rows"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<IndexAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (r.in[0].dtype != DType::f32)
      return refuse(fmt::format("takes f32, got {}", luge::name(r.in[0].dtype)));
    Offer offer = rows_offer<IndexAddRun>(r, *attributes);
    offer.in_place = {{0}};
    return offer;
  }
};

const Candidates registered_take("take", make_kernels<TakeKernel>());
const Candidates registered_add("index_add", make_kernels<IndexAddKernel>());

}  // namespace
}  // namespace luge::cpu::index
