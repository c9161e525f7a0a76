// LSTM and GRU layers as one step each way: the weights are packed once a call, then every thread walks its
// own rows of the batch through all steps, products, gates and state in registers and near caches.
#include <fmt/format.h>

#include <algorithm>

#include "backend/backend.h"
#include "backend/cpu/recurrent/steps.h"
#include "ops/attributes/recurrent.h"

namespace luge {
namespace {

using recurrent::Cell;
using recurrent::Extents;

constexpr std::int64_t least_rows = 4;  // of a thread
constexpr double flops_per_second = 1e11;

const float* floats(const KernelCall& call, std::size_t k) { return static_cast<const float*>(call.in[k]); }
float* result(const KernelCall& call, std::size_t k) { return static_cast<float*>(call.out[k]); }

Extents extents_of(const RecurrentAttributes& a, const Shape& sequence, const Shape& w_hh, std::int64_t in) {
  Extents e;
  e.batch_first = a.batch_first;
  e.steps = sequence[a.batch_first ? 1 : 0];
  e.batch = sequence[a.batch_first ? 0 : 1];
  e.in = in;
  e.units = w_hh[1];
  return e;
}

/// Packs with all threads, then lets each walk its rows.
template <class Call>
void walk(const Call& call, void (*pack)(const Call&, int, int),
          void (*rows)(const Call&, float*, std::int64_t, std::int64_t), float* scratch,
          std::int64_t scratch_of_one, int threads) {
  const std::int64_t batch = call.e.batch;
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
#pragma omp for schedule(static)
    for (int part = 0; part < threads; ++part) pack(call, part, threads);
#pragma omp for schedule(static)
    for (int part = 0; part < threads; ++part) {
      rows(call, scratch + part * scratch_of_one, batch * part / threads, batch * (part + 1) / threads);
    }
  }
}

/// What both directions share: how many threads, and where in the scratch memory what lies.
struct Split {
  Extents e;
  int threads = 1;
  std::int64_t packed = 0, of_one = 0;  // floats

  std::size_t bytes() const { return static_cast<std::size_t>(packed + threads * of_one) * sizeof(float); }
  std::int64_t rows() const { return (e.batch + threads - 1) / threads; }
};

int threads_for(std::int64_t batch, int available) {
  return static_cast<int>(std::clamp<std::int64_t>(batch / least_rows, 1, available));
}

class ForwardRun final : public PreparedKernel {
 public:
  ForwardRun(Cell cell, const Split& split, bool started) : cell_(cell), split_(split), started_(started) {}
  void run(const KernelCall& call) const override {
    const bool lstm = cell_ == Cell::lstm;
    recurrent::Forward f;
    f.e = split_.e;
    f.x = floats(call, 0), f.w_ih = floats(call, 1), f.w_hh = floats(call, 2), f.b = floats(call, 3);
    if (!lstm) f.b_hh = floats(call, 4);
    if (started_) f.h0 = floats(call, lstm ? 4 : 5);
    if (started_ && lstm) f.c0 = floats(call, 5);
    f.y = result(call, 0), f.h = result(call, 1);
    if (lstm) f.c = result(call, 2), f.cells = result(call, 4);
    f.gates = result(call, lstm ? 3 : 2);
    f.before = result(call, lstm ? 5 : 3);
    f.packed = static_cast<float*>(call.scratch);
    const auto& functions = recurrent::functions(cell_);
    walk(f, functions.pack_forward, functions.forward, f.packed + split_.packed, split_.of_one,
         split_.threads);
  }

 private:
  Cell cell_;
  Split split_;
  bool started_;
};

class BackwardRun final : public PreparedKernel {
 public:
  BackwardRun(Cell cell, const Split& split, bool started) : cell_(cell), split_(split), started_(started) {}
  void run(const KernelCall& call) const override {
    const bool lstm = cell_ == Cell::lstm;
    recurrent::Backward b;
    b.e = split_.e;
    b.w_hh = floats(call, 0), b.gates = floats(call, 1), b.cells = floats(call, 2);
    b.dy = floats(call, 3), b.dh = floats(call, 4);
    if (lstm) b.dc = floats(call, 5);
    if (started_) b.first = floats(call, 6);
    if (lstm) {
      b.before = result(call, 0), b.dh0 = result(call, 1), b.dc0 = result(call, 2);
    } else {
      b.before_input = result(call, 0), b.before = result(call, 1), b.dh0 = result(call, 2);
    }
    b.packed = static_cast<float*>(call.scratch);
    const auto& functions = recurrent::functions(cell_);
    walk(b, functions.pack_backward, functions.backward, b.packed + split_.packed, split_.of_one,
         split_.threads);
  }

 private:
  Cell cell_;
  Split split_;
  bool started_;
};

std::string refusal(const KernelRequest& r) {
  if (r.in[0].dtype != DType::f32) return fmt::format("takes f32, got {}", luge::name(r.in[0].dtype));
  if (!r.post.empty()) return "fuses nothing";
  for (const auto types : {r.in, r.out}) {
    for (const Type& type : types) {
      if (type.shape.elements() == 0) return fmt::format("{} has no elements", type.shape.to_string());
    }
  }
  return {};
}

template <class Run>
Offer accept(Cell cell, const Split& split, bool started, double depth) {
  const Extents& e = split.e;
  Offer offer;
  offer.scratch = split.bytes();
  offer.cost = 1e-6 + 2.0 * static_cast<double>(e.steps * e.batch * e.units) * recurrent::parts_of(cell) *
                          depth / (flops_per_second * split.threads);
  offer.kernel = std::make_shared<Run>(cell, split, started);
  offer.note = fmt::format("{} rows a thread, {} steps{}", split.rows(), e.steps,
                           split.threads == 1 ? ", one thread" : "");
  return offer;
}

template <Cell cell>
class ForwardKernel final : public Kernel {
 public:
  std::string_view name() const override { return cell == Cell::lstm ? "lstm rows" : "gru rows"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<RecurrentAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (std::string reason = refusal(r); !reason.empty()) return refuse(std::move(reason));
    Split split;
    split.e = extents_of(*attributes, r.in[0].shape, r.in[2].shape, r.in[0].shape[2]);
    split.threads = threads_for(split.e.batch, r.threads);
    split.packed = recurrent::forward_packed(cell, split.e);
    split.of_one = recurrent::forward_scratch(split.e, split.rows());
    return accept<ForwardRun>(cell, split, r.in.size() == 6, static_cast<double>(split.e.in + split.e.units));
  }
};

template <Cell cell>
class BackwardKernel final : public Kernel {
 public:
  std::string_view name() const override {
    return cell == Cell::lstm ? "lstm rows backward" : "gru rows backward";
  }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<RecurrentAttributes>();
    if (!attributes) return refuse("the op has other attributes than this kernel knows");
    if (std::string reason = refusal(r); !reason.empty()) return refuse(std::move(reason));
    for (std::size_t k = 0; k < (cell == Cell::lstm ? 1u : 2u); ++k) {
      if (!r.out_used[k]) return refuse("gives no gradient of the states alone");
    }
    Split split;
    split.e = extents_of(*attributes, r.in[1].shape, r.in[0].shape, 0);
    split.threads = threads_for(split.e.batch, r.threads);
    split.packed = recurrent::backward_packed(cell, split.e);
    split.of_one = recurrent::backward_scratch(cell, split.e, split.rows());
    const bool started = r.in.size() == 7;  // lstm
    return accept<BackwardRun>(cell, split, started, static_cast<double>(split.e.units));
  }
};

const RegisteredKernel<ForwardKernel<Cell::lstm>> registered_lstm("lstm", 50);
const RegisteredKernel<ForwardKernel<Cell::gru>> registered_gru("gru", 50);
const RegisteredKernel<BackwardKernel<Cell::lstm>> registered_lstm_backward("lstm_backward", 50);
const RegisteredKernel<BackwardKernel<Cell::gru>> registered_gru_backward("gru_backward", 50);

}  // namespace
}  // namespace luge
