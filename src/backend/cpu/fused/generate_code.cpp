// Steps of a plan as generated code: what runs one after the other over the same elements becomes one loop,
// in which values stay in processor registers. Steps that cannot (other dtypes, functions of the C library,
// random numbers) stay between them and are interpreted.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "backend/cpu/fused/plan_passes.h"
#include "backend/cpu/fused/segment_builder.h"

namespace luge::cpu::fused {
namespace {

using jit::BlockOperand;

// How many steps after setup read each slot.
std::map<int, int> count_reads(const Plan& plan) {
  std::map<int, int> count;
  for (const auto* stages : {&plan.kept, &plan.tiles}) {
    for (const std::vector<Step>& steps : *stages) {
      for (const Step& step : steps) {
        for (int slot : slots_read(plan, step)) ++count[slot];
      }
    }
  }
  return count;
}

/// Rewrites the steps of one stage and level after the other.
class CodeEmitter {
 public:
  CodeEmitter(Plan& plan, jit::Isa isa)
      : plan_(plan), g_(plan.geometry), isa_(isa), reads_(count_reads(plan)), builder_(plan, isa) {}

  // Prepared registers first, stores last; between them code and what stays interpreted, in their order.
  void rewrite(std::vector<Step>& steps, Level level) {
    level_ = level;
    std::vector<Step> prepared, computing;
    stores_.clear();
    for (const Step& step : steps) {
      if (const auto* store = std::get_if<StoreStep>(&step)) {
        stores_.push_back(*store);
      } else {
        (prepares(step) ? prepared : computing).push_back(step);
      }
    }
    builder_.begin(level, prepared);
    inputs_.clear();
    out_.clear();
    for (const Step& step : computing) {
      if (builder_.take(step)) continue;
      flush();
      if (!builder_.take(step)) out_.push_back(step);
    }
    flush();
    steps = std::move(prepared);
    steps.insert(steps.end(), inputs_.begin(), inputs_.end());
    steps.insert(steps.end(), out_.begin(), out_.end());
    steps.insert(steps.end(), stores_.begin(), stores_.end());
  }

  void drop_unread() {
    const std::map<int, int> read = count_reads(plan_);
    const auto is_unread = [&](const Step& step) {
      return prepares(step) && !read.contains(slots_written(plan_, step)[0]);
    };
    for (std::vector<Step>& steps : plan_.tiles) std::erase_if(steps, is_unread);
  }

 private:
  // Code for the steps taken so far, or these steps as they were.
  void flush() {
    Segment segment = builder_.finish();
    if (!segment.computes()) return;
    std::shared_ptr<const jit::Code> code;
    if (add_outputs(segment)) code = jit::Code::make(jit::generate(segment.block, isa_));
    if (code) {
      emit(segment, std::move(code));
    } else {
      out_.insert(out_.end(), segment.steps.begin(), segment.steps.end());
    }
  }

  void emit(const Segment& segment, std::shared_ptr<const jit::Code> code) {
    builder_.keep_pointers(segment);
    plan_.slots.insert(plan_.slots.end(), segment.slots.begin(), segment.slots.end());
    for (const auto& [reduction, slot] : segment.sums)
      plan_.reductions[static_cast<std::size_t>(reduction)].sums = slot;
    inputs_.insert(inputs_.end(), segment.inputs.begin(), segment.inputs.end());
    for (const PointOutputStep& point : segment.outputs)
      std::erase_if(stores_, [&](const StoreStep& store) { return store.output == point.output; });
    out_.insert(out_.end(), segment.outputs.begin(), segment.outputs.end());
    out_.push_back(CodeStep{static_cast<int>(plan_.codes.size()), level_});
    out_.insert(out_.end(), segment.reductions.begin(), segment.reductions.end());
    plan_.codes.push_back(describe(segment, std::move(code)));
  }

  static PlanCode describe(const Segment& segment, std::shared_ptr<const jit::Code> code) {
    PlanCode made{std::move(code), segment.by_rows, {}, {}};
    const auto slot_of = [&](int operand) {
      return segment.block.operands[static_cast<std::size_t>(operand)].slot;
    };
    std::set<int> reads;
    for (const jit::Operation& operation : segment.block.operations) {
      if (operation.op == jit::Op::input) reads.insert(slot_of(operation.a));
    }
    made.reads.assign(reads.begin(), reads.end());
    for (const jit::Block::Output& output : segment.block.outputs)
      made.writes.push_back(slot_of(output.operand));
    for (const ReduceStep& reduce : segment.reductions) made.writes.push_back(reduce.in);
    return made;
  }

  // What anything else reads must be written; false where code cannot write it.
  bool add_outputs(Segment& segment) {
    for (const auto& [slot, value] : segment.values) {
      int left = reads_.at(slot) - add_narrow_outputs(segment, slot, value);
      for (const Step& step : segment.steps) {
        const std::span<const int> read = slots_read(plan_, step);
        left -= static_cast<int>(std::count(read.begin(), read.end(), slot));
      }
      if (left == 0) continue;
      const Slot& kept = plan_.slots[static_cast<std::size_t>(slot)];
      BlockOperand operand{.is_bool = kept.type == DType::boolean, .slot = slot};
      if (operand.is_bool && kept.advance == 0) return false;
      if (level_ == Level::full) operand.pitch = g_.columns * operand.element();
      segment.block.outputs.push_back({value, segment.add_operand(operand)});
    }
    if (!segment.by_rows) {  // there is no next row: loops that differ only in pitches share their code
      for (BlockOperand& operand : segment.block.operands) operand.pitch = 0;
    }
    return true;
  }

  // bf16 outputs are written where they belong, already rounded, instead of being stored. Returns their
  // number.
  int add_narrow_outputs(Segment& segment, int slot, int value) {
    if (level_ != Level::full || isa_ != jit::Isa::avx512) return 0;
    int count = 0;
    for (const StoreStep& store : stores_) {
      if (store.in != slot || !takes_bf16(store)) continue;
      Slot pointed = plan_.slots[static_cast<std::size_t>(slot)];
      pointed.pointed = true;
      const PointOutputStep point{store.output, segment.add_slot(pointed)};
      segment.outputs.push_back(point);
      const int operand = segment.add_operand({.is_bf16 = true, .slot = point.out, .pitch = g_.columns * 2});
      segment.block.outputs.push_back({value, operand});
      ++count;
    }
    return count;
  }
  bool takes_bf16(const StoreStep& store) const {
    const Access& access = plan_.out[static_cast<std::size_t>(store.output)];
    const bool dense = access.strides[g_.column_axis()] == 1 &&
                       (g_.rows == 1 || access.strides[g_.row_axis()] == g_.columns);
    return access.type.dtype == DType::bf16 && store.level == Level::full && dense;
  }

  Plan& plan_;
  const Geometry& g_;
  jit::Isa isa_;
  std::map<int, int> reads_;  // of every slot before anything is rewritten
  SegmentBuilder builder_;
  Level level_ = Level::full;
  std::vector<PointInputStep> inputs_;  // memory that code reads
  std::vector<Step> out_;
  std::vector<StoreStep> stores_;
};

}  // namespace

void generate_code(Plan& plan) {
  CodeEmitter emitter(plan, *jit::instruction_set());
  for (std::size_t stage = 0; stage < plan.tiles.size(); ++stage) {
    emitter.rewrite(plan.kept[stage], Level::kept);
    emitter.rewrite(plan.tiles[stage], Level::full);
  }
  emitter.drop_unread();
}

}  // namespace luge::cpu::fused
