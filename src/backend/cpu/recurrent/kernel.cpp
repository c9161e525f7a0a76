// LSTM and GRU layers as one step each way: the weights are packed once a call, then every thread walks its
// own rows of the batch through all steps, products, gates and state in registers and near caches.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "backend/backend.h"
#include "backend/cpu/candidates.h"
#include "backend/cpu/recurrent/steps.h"
#include "ops/attributes/recurrent.h"

namespace luge::cpu::recurrent {
namespace {

constexpr std::int64_t least_rows = 16, least_units = 64;  // of a thread
constexpr double least_flops = 1e5;                        // of a step, for more than one thread
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

/// What both directions share: the grid of threads, and where in the scratch memory what lies.
struct Split {
  Extents e;
  int row_parts = 1, unit_parts = 1;
  std::int64_t packed = 0, of_rows = 0;  // floats; the latter for the rows of one part

  int threads() const { return row_parts * unit_parts; }
  std::int64_t rows() const { return (e.batch + row_parts - 1) / row_parts; }
  std::size_t bytes() const { return static_cast<std::size_t>(packed + row_parts * of_rows) * sizeof(float); }
};

/// Rows are shared out first, for they never wait; units where rows are few.
Split split_of(const Extents& e, int available) {
  Split split;
  split.e = e;
  const double flops =
      static_cast<double>(e.batch * e.units) * static_cast<double>(e.in + e.units);  // of a step
  if (flops < least_flops) return split;
  split.row_parts = static_cast<int>(std::clamp<std::int64_t>(e.batch / least_rows, 1, available));
  split.unit_parts =
      static_cast<int>(std::clamp<std::int64_t>(e.units / least_units, 1, available / split.row_parts));
  return split;
}

void meet_all() {
#pragma omp barrier
}

/// Packs with all threads, then walks.
template <class Call>
void walk(const Call& call, const Split& split, void (*pack)(const Call&, int, int),
          void (*rows)(const Call&, float*, const Share&)) {
  float* scratch = call.packed + split.packed;
  const std::int64_t batch = call.e.batch;
  const auto rows_of = [&](int part) {
    return Share{batch * part / split.row_parts, batch * (part + 1) / split.row_parts};
  };
#pragma omp parallel num_threads(split.threads()) if (split.threads() > 1)
  {
    if (omp_get_num_threads() == split.threads()) {
      const int thread = omp_get_thread_num(), part = thread / split.unit_parts;
      pack(call, thread, split.threads());
      Share share = rows_of(part);
      share.unit_part = thread % split.unit_parts;
      share.unit_parts = split.unit_parts;
      if (split.threads() > 1) share.meet = meet_all;
      rows(call, scratch + part * split.of_rows, share);
    } else {  // fewer threads than were asked for: one does it all
#pragma omp single
      {
        pack(call, 0, 1);
        for (int part = 0; part < split.row_parts; ++part) rows(call, scratch, rows_of(part));
      }
    }
  }
}

class ForwardRun final : public PreparedKernel {
 public:
  ForwardRun(Cell cell, const Split& split, bool started) : cell_(cell), split_(split), started_(started) {}
  void run(const KernelCall& call) const override {
    const bool lstm = cell_ == Cell::lstm;
    Forward f;
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
    const auto& loops = forward_functions(cell_);
    walk(f, split_, loops.pack, loops.walk);
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
    Backward b;
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
    const auto& loops = backward_functions(cell_);
    walk(b, split_, loops.pack, loops.walk);
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
  offer.cost = 1e-6 + 2.0 * static_cast<double>(e.steps * e.batch * e.units) * parts_of(cell) * depth /
                          (flops_per_second * split.threads());
  offer.kernel = std::make_shared<Run>(cell, split, started);
  offer.note =
      fmt::format("{} steps, {}x{} threads over rows and units", e.steps, split.row_parts, split.unit_parts);
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
    Split split =
        split_of(extents_of(*attributes, r.in[0].shape, r.in[2].shape, r.in[0].shape[2]), r.threads);
    split.packed = forward_packed(cell, split.e);
    split.of_rows = split.rows() * forward_scratch(split.e).floats();
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
    Split split = split_of(extents_of(*attributes, r.in[1].shape, r.in[0].shape, 0), r.threads);
    split.packed = backward_packed(cell, split.e);
    split.of_rows = split.rows() * backward_scratch(parts_of(cell), split.e).floats();
    const bool started = r.in.size() == 7;  // lstm
    Offer offer = accept<BackwardRun>(cell, split, started, static_cast<double>(split.e.units));
    // A gate is read just before its gradient overwrites it.
    if (cell == Cell::lstm) offer.in_place = {{.input = 1, .output = 0}};
    return offer;
  }
};

const Candidates registered_lstm("lstm", make_kernels<ForwardKernel<Cell::lstm>>());
const Candidates registered_gru("gru", make_kernels<ForwardKernel<Cell::gru>>());
const Candidates registered_lstm_backward("lstm_backward", make_kernels<BackwardKernel<Cell::lstm>>());
const Candidates registered_gru_backward("gru_backward", make_kernels<BackwardKernel<Cell::gru>>());

}  // namespace
}  // namespace luge::cpu::recurrent
