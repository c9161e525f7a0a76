// The loops around the tile functions: items to threads, stages over tiles.
#include "backend/cpu/fused/run.h"

#include <omp.h>

#include <algorithm>
#include <cmath>

#include "backend/cpu/fused/worker.h"

namespace luge::cpu::fused {
namespace {

/// Few items, long walks: threads share the parts of each; the sums of the parts meet in a tree of fixed
/// shape. Before and after each stage one thread does what belongs to no part.
class Split {
 public:
  Split(const Plan& plan, const KernelCall& call, std::byte* frame, std::byte* shared)
      : plan_(plan), g_(plan.geometry), call_(call), frame_(frame), shared_(shared) {}

  std::int64_t units() const { return g_.items * g_.splits; }
  bool walks(std::size_t stage) const { return stage < plan_.tiles.size() && !plan_.tiles[stage].empty(); }

  void before(std::size_t stage) const {
    if (stage >= plan_.tiles.size()) return;
    Worker alone(plan_, call_, frame_);
    for (std::int64_t item = 0; item < g_.items; ++item) {
      alone.before_part(item, kept(item));
      alone.kept_steps(stage);
    }
  }
  void unit(Worker& worker, std::size_t stage, std::int64_t k) const {
    worker.before_part(k / g_.splits, kept(k / g_.splits));
    worker.part(stage, k % g_.splits, sums(k / g_.splits, k % g_.splits));
  }
  void after(std::size_t stage) const {
    if (!walks(stage)) return;
    Worker alone(plan_, call_, frame_);
    for (std::int64_t item = 0; item < g_.items; ++item) {
      alone.before_part(item, kept(item));
      for (std::int64_t width = 1; width < g_.splits; width *= 2) {
        for (std::int64_t k = 0; k + width < g_.splits; k += 2 * width) {
          alone.join(stage, sums(item, k), sums(item, k + width));
        }
      }
      alone.finish(stage, sums(item, 0));
    }
  }

 private:
  std::byte* kept(std::int64_t item) const { return shared_ + size(item) * aligned(plan_.kept_bytes); }
  std::byte* sums(std::int64_t item, std::int64_t split) const {
    return shared_ + size(g_.items) * aligned(plan_.kept_bytes) +
           size(item * g_.splits + split) * aligned(plan_.sum_bytes);
  }

  const Plan& plan_;
  const Geometry& g_;
  const KernelCall& call_;
  std::byte *frame_, *shared_;
};

void run_split(const Plan& plan, const KernelCall& call, int threads) {
  auto* frames = static_cast<std::byte*>(call.scratch);
  const std::size_t frame_bytes = plan.frame_bytes();
  const Split split(plan, call, frames, frames + static_cast<std::size_t>(threads) * frame_bytes);
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    split.before(stage);
    if (!split.walks(stage)) continue;
    const std::int64_t units = split.units();
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
      const std::int64_t thread = omp_get_thread_num(), of = omp_get_num_threads();
      Worker worker(plan, call, frames + size(thread) * frame_bytes);
      for (std::int64_t k = units * thread / of; k < units * (thread + 1) / of; ++k)
        split.unit(worker, stage, k);
    }
    split.after(stage);
  }
}

KernelCall call_of(const Part& part, const KernelCall& call) {
  return {call.in + part.first_in, call.out + part.first_out, call.scratch, call.status};
}

std::int64_t units_of(const Part& part) { return part.plan.geometry.items * part.plan.geometry.splits; }

// One stage of all parts: units are dealt out in their order, as many to each thread as are worth the same
// time.
void run_stage(const std::vector<Part>& parts, const KernelCall& call, int threads, std::size_t frame_bytes,
               std::size_t stage) {
  const auto takes_part = [&](const Part& part) {
    return part.plan.geometry.splits > 1 ? stage < part.plan.tiles.size() && !part.plan.tiles[stage].empty()
                                         : stage == 0;
  };
  double total = 0;
  for (const Part& part : parts) total += takes_part(part) ? part.plan.nanoseconds : 0;
  if (total == 0) return;
  auto* frames = static_cast<std::byte*>(call.scratch);
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    const int thread = omp_get_thread_num(), of = omp_get_num_threads();
    double before = 0;
    for (const Part& part : parts) {
      if (!takes_part(part)) continue;
      const std::int64_t units = units_of(part);
      const auto bound = [&](int t) {
        const double share = (total * t / of - before) / part.plan.nanoseconds * static_cast<double>(units);
        return t == of
                   ? units
                   : static_cast<std::int64_t>(std::clamp(std::ceil(share), 0.0, static_cast<double>(units)));
      };
      const std::int64_t first = bound(thread), last = bound(thread + 1);
      before += part.plan.nanoseconds;
      if (first >= last) continue;
      const KernelCall own = call_of(part, call);
      Worker worker(part.plan, own, frames + size(thread) * frame_bytes);
      const Split split(part.plan, own, frames, frames + part.shared);
      for (std::int64_t k = first; k < last; ++k) {
        if (part.plan.geometry.splits > 1) {
          split.unit(worker, stage, k);
        } else {
          worker.item(k);
        }
      }
    }
  }
}

}  // namespace

void run_plan(const Plan& plan, const KernelCall& call, int threads) {
  if (plan.geometry.splits > 1) return run_split(plan, call, threads);
  const std::int64_t items = plan.geometry.items;
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    const std::int64_t thread = omp_get_thread_num(), of = omp_get_num_threads();
    const std::int64_t first = items * thread / of, last = items * (thread + 1) / of;
    if (first < last) {  // a thread without items reads nothing: others may have overwritten it
      Worker worker(plan, call, static_cast<std::byte*>(call.scratch) + size(thread) * plan.frame_bytes());
      for (std::int64_t k = first; k < last; ++k) worker.item(k);
    }
  }
}

void run_parts(const std::vector<Part>& parts, const KernelCall& call, int threads, std::size_t frame_bytes) {
  auto* frames = static_cast<std::byte*>(call.scratch);
  std::size_t stages = 1;
  for (const Part& part : parts) {
    if (part.plan.geometry.splits > 1) stages = std::max(stages, part.plan.tiles.size());
  }
  const auto each_split = [&](auto&& visit) {
    for (const Part& part : parts) {
      if (part.plan.geometry.splits == 1) continue;
      const KernelCall own = call_of(part, call);
      visit(Split(part.plan, own, frames, frames + part.shared));
    }
  };
  for (std::size_t stage = 0; stage < stages; ++stage) {
    each_split([&](const Split& split) { split.before(stage); });
    run_stage(parts, call, threads, frame_bytes, stage);
    each_split([&](const Split& split) { split.after(stage); });
  }
}

}  // namespace luge::cpu::fused
