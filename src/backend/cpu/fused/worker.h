// One thread's work on a plan: its registers, and the steps one by one.
#pragma once

#include <cstddef>
#include <vector>

#include "backend/cpu/fused/cursor.h"
#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {

class Worker {
 public:
  Worker(const Plan& plan, const KernelCall& call, std::byte* frame);

  /// An item from beginning to end.
  void item(std::int64_t index);

  /// The parts of an item that is cut: registers that outlive a stage are in `kept`, sums in `sums`.
  void before_part(std::int64_t index, std::byte* kept);
  void kept_steps(std::size_t stage) { execute(plan_.kept[stage]); }
  void part(std::size_t stage, std::int64_t split, std::byte* sums);
  /// The sums of one part join those of another.
  void join(std::size_t stage, std::byte* sums, const std::byte* other) const;
  /// The results of the reductions that the stage completes.
  void finish(std::size_t stage, const std::byte* sums);

 private:
  void begin(std::size_t stage, std::byte* sums) const;
  void walk(std::size_t stage, std::int64_t first, std::int64_t last, std::byte* sums);
  void execute(const std::vector<Step>& steps);

  void run(const LoadStep& load);
  void run(const PointInputStep& point) { pointers_[point.out] = input(point.input); }
  void run(const PointOutputStep& point) { pointers_[point.out] = output(point.output); }
  void run(const SplatInputStep& splat);
  void run(const SplatConstantStep& splat);
  void run(const ExpandStep& expand);
  void run(const RandomStep& random);
  void run(const MapStep& map);
  void run(const RoundStep& round);
  void run(const ReduceStep& reduce);
  void run(const StoreStep& store);
  void run(const CodeStep& run);

  const Slot& slot(int index) const { return plan_.slots[static_cast<std::size_t>(index)]; }
  const PlanReduction& reduction(int index) const {
    return plan_.reductions[static_cast<std::size_t>(index)];
  }
  const Access& input_access(int k) const { return plan_.in[static_cast<std::size_t>(k)]; }
  const Access& output_access(int k) const { return plan_.out[static_cast<std::size_t>(k)]; }
  std::byte* input(int k) const {
    return cursor_.address(input_access(k), call_.in[input_access(k).argument]);
  }
  std::byte* output(int k) const {
    return cursor_.address(output_access(k), call_.out[output_access(k).argument]);
  }
  std::int64_t kept_stride(const Access& access) const;
  void fill_splat(int slot, SplatFunction splat);

  const Plan& plan_;
  const Geometry& g_;
  const KernelCall& call_;
  Cursor cursor_;
  std::byte* sums_;
  std::byte** pointers_;  // per slot
  std::byte* tile_sums_ = nullptr;
};

}  // namespace luge::cpu::fused
