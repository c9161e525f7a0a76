// Steps of a plan as generated code: what runs one after the other over the same elements becomes one loop,
// in which values stay in processor registers. Steps that cannot (other dtypes, functions of the C library,
// random numbers) stay between them and are interpreted.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "backend/cpu/fused/jit/code.h"
#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {
namespace {

using Kind = Step::Kind;
using jit::Block;
using jit::BlockOperand;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

class Segments {
 public:
  Segments(Plan& plan, jit::Isa isa) : plan_(plan), g_(plan.geometry), isa_(isa), total_(reads()) {}

  void run() {
    for (std::size_t stage = 0; stage < plan_.tiles.size(); ++stage) {
      rewrite(plan_.kept[stage], Level::kept);
      rewrite(plan_.tiles[stage], Level::full);
    }
    drop_unread();
  }

 private:
  struct Segment {
    Block block;
    bool by_rows = false;
    std::map<int, int> values;  // slot → value made here
    std::vector<Step> steps;    // what it replaces
    std::vector<Step> behind;   // what takes up its results
    std::vector<Step> points;   // where bf16 results go
    std::vector<Step> taken;    // the stores that these replace
  };

  static bool prepares(const Step& step) {
    return step.kind == Kind::load || step.kind == Kind::point_in || step.kind == Kind::splat_in ||
           step.kind == Kind::random || step.kind == Kind::expand;
  }

  void rewrite(std::vector<Step>& steps, Level level) {
    level_ = level;
    fresh_.clear();
    out_.clear();
    std::vector<Step> given = std::move(steps);
    stores_.clear();
    std::copy_if(given.begin(), given.end(), std::back_inserter(stores_),
                 [](const Step& step) { return step.kind == Kind::store; });
    std::vector<Step> prepared;
    for (const Step& step : given) {
      if (!prepares(step)) continue;
      if (level == Level::full) makers_[step.out] = step;
      prepared.push_back(step);
    }
    segment_ = {};
    for (const Step& step : given) {
      if (prepares(step) || step.kind == Kind::store) continue;
      if (!take(step)) {
        flush();
        if (!take(step)) out_.push_back(step);
      }
    }
    flush();
    steps = std::move(prepared);
    steps.insert(steps.end(), fresh_.begin(), fresh_.end());
    steps.insert(steps.end(), out_.begin(), out_.end());
    steps.insert(steps.end(), stores_.begin(), stores_.end());
  }

  const Slot& slot(int index) const { return plan_.slots[at(index)]; }
  static bool fits(DType dtype) { return dtype == DType::f32 || dtype == DType::boolean; }

  // Adds a step to the segment; false, and nothing added, when it is not for generated code.
  bool take(const Step& step) {
    const Segment before = segment_;
    bool taken = step.kind == Kind::map ? take_map(step) : step.kind == Kind::reduce && take_reduction(step);
    // Sums of a whole tile are those of one row.
    if (g_.walk == Walk::long_rows && segment_.by_rows && !segment_.block.reductions.empty()) taken = false;
    if (taken) {
      segment_.steps.push_back(step);
    } else {
      segment_ = before;
    }
    return taken;
  }

  bool take_map(const Step& step) {
    if (step.rounds_to_bf16) {
      const int from = value(step.in[0]);
      if (from < 0) return false;
      segment_.values[step.out] = jit::round_to_bf16(segment_.block, from);
      return true;
    }
    if (step.instruction == Instruction::none || !fits(step.from) || !fits(step.to)) return false;
    int sources[3] = {-1, -1, -1};
    for (int k = 0; k < 3 && step.in[k] >= 0; ++k) {
      if ((sources[k] = value(step.in[k])) < 0) return false;
    }
    const int result = jit::expand(segment_.block, step.instruction, step.from, step.to, sources);
    if (result < 0) return false;
    segment_.values[step.out] = result;
    return true;
  }

  bool take_reduction(const Step& step) {
    const TileReduction reduction = plan_.reductions[at(step.reduction)].reduction;
    if (slot(step.in[0]).step == 0 || slot(step.in[0]).type != DType::f32 ||
        slot(step.out).type != DType::f32 || (g_.walk == Walk::columns && reduction != TileReduction::sum)) {
      return false;
    }
    const int from = value(step.in[0]);
    if (from < 0) return false;
    segment_.block.operands.push_back(result_of(step));
    const int list = static_cast<int>(segment_.block.reductions.size());
    segment_.block.reductions.push_back(
        {reduction, from, static_cast<int>(segment_.block.operands.size()) - 1, list});
    return true;
  }

  // Where a reduction's result goes: to its place, or to what collects those of many tiles.
  BlockOperand result_of(const Step& step) {
    if (g_.walk == Walk::rows) {
      segment_.by_rows = true;
      if (g_.kept == KeptExtent::one) return {.kind = BlockOperand::Kind::splat, .slot = step.out};
      return {.kind = BlockOperand::Kind::row, .slot = step.out, .pitch = 4};
    }
    Slot between;
    if (g_.walk == Walk::columns) {
      segment_.by_rows = segment_.block.down_columns = true;
      between.pointed = true;
      plan_.reductions[at(step.reduction)].sums = static_cast<int>(plan_.slots.size());
    } else {
      between.step = 0;
      Step behind = step;
      behind.in[0] = static_cast<int>(plan_.slots.size());
      behind.level = Level::scalar;
      segment_.behind.push_back(behind);
    }
    plan_.slots.push_back(between);
    return {.kind = BlockOperand::Kind::splat, .slot = static_cast<int>(plan_.slots.size()) - 1};
  }

  int value(int slot) {
    if (const auto found = segment_.values.find(slot); found != segment_.values.end()) return found->second;
    const std::optional<BlockOperand> operand = operand_of(slot);
    if (!operand) return -1;
    const int k = segment_.block.operand(*operand);
    return segment_.block.push({.op = jit::Op::input, .a = k});
  }

  std::optional<BlockOperand> operand_of(int index) {
    const Slot& slot = this->slot(index);
    if (!fits(slot.type)) return std::nullopt;
    BlockOperand operand{.is_bool = slot.type == DType::boolean, .slot = index};
    if (slot.step == 0) {
      operand.kind = BlockOperand::Kind::splat;
      if (operand.is_bool) return std::nullopt;
      return operand;
    }
    if (level_ == Level::kept || slot.level == Level::kept) return operand;
    operand.pitch = g_.columns * operand.element();
    if (const auto maker = makers_.find(index); maker != makers_.end()) {
      if (maker->second.kind == Kind::expand) return expanded(operand, maker->second);
      if (maker->second.kind == Kind::load) return loaded(operand, maker->second);
    }
    return operand;
  }

  // A value of the kept axes is read where it is.
  std::optional<BlockOperand> expanded(BlockOperand operand, const Step& step) {
    if (g_.kept == KeptExtent::rows && operand.is_bool) return std::nullopt;
    operand.slot = step.in[0];
    operand.kind = g_.kept == KeptExtent::rows ? BlockOperand::Kind::row : BlockOperand::Kind::array;
    operand.pitch = g_.kept == KeptExtent::rows ? 4 : 0;
    segment_.by_rows |= g_.rows > 1;
    return operand;
  }

  // So are rows that lie apart from each other, and one element for a whole row.
  std::optional<BlockOperand> loaded(BlockOperand operand, const Step& step) {
    const Access& access = plan_.in[at(step.access)];
    const std::int64_t column = access.strides[g_.column_axis()], row = access.strides[g_.row_axis()];
    const bool native = register_type(access.type.dtype) == access.type.dtype;
    const bool narrow = access.type.dtype == DType::bf16 && isa_ == jit::Isa::avx512 && column == 1;
    if (!(native || narrow) || column > 1 || column < 0 || (column == 0 && operand.is_bool)) return operand;
    if (row * 4 != static_cast<std::int32_t>(row * 4)) return operand;
    auto [found, is_new] = direct_.try_emplace(step.out, 0);
    if (is_new) {
      Slot slot = this->slot(step.out);
      slot.pointed = true;
      found->second = static_cast<int>(plan_.slots.size());
      plan_.slots.push_back(slot);
      Step point = step;
      point.kind = Kind::point_in;
      point.out = found->second;
      fresh_.push_back(point);
    }
    operand.slot = found->second;
    operand.kind = column == 1 ? BlockOperand::Kind::array : BlockOperand::Kind::row;
    operand.is_bf16 = narrow;
    operand.pitch = row * operand.element();
    segment_.by_rows |= g_.rows > 1 && !(column == 1 && row == g_.columns);
    return operand;
  }

  std::map<int, int> reads() const {
    std::map<int, int> count;
    const auto look = [&](const std::vector<Step>& steps) {
      for (const Step& step : steps) {
        for (int source : step.in) {
          if (source >= 0) ++count[source];
        }
        if (step.kind != Kind::code) continue;
        for (int source : plan_.codes[at(step.code)].reads) ++count[source];
      }
    };
    for (const auto& steps : plan_.kept) look(steps);
    for (const auto& steps : plan_.tiles) look(steps);
    return count;
  }

  void flush() {
    Segment segment = std::exchange(segment_, {});
    if (segment.steps.empty()) return;
    if (segment.values.empty() && segment.block.reductions.empty()) return;
    PlanCode made;
    made.by_rows = segment.by_rows;
    const bool whole = add_outputs(segment);
    if (!segment.by_rows) {  // there is no next row; what differs in nothing else shall be one code
      for (BlockOperand& operand : segment.block.operands) operand.pitch = 0;
    }
    if (whole) made.code = jit::Code::make(jit::generate(segment.block, isa_));
    if (!made.code) {
      out_.insert(out_.end(), segment.steps.begin(), segment.steps.end());
      stores_.insert(stores_.end(), segment.taken.begin(), segment.taken.end());
      return;
    }
    std::set<int> reads;
    for (const auto& operation : segment.block.operations) {
      if (operation.op == jit::Op::input) reads.insert(segment.block.operands[at(operation.a)].slot);
    }
    made.reads.assign(reads.begin(), reads.end());
    for (const auto& output : segment.block.outputs)
      made.writes.push_back(segment.block.operands[at(output.operand)].slot);
    for (const Step& step : segment.behind) made.writes.push_back(step.in[0]);
    Step step;
    step.kind = Kind::code;
    step.level = level_;
    step.code = static_cast<int>(plan_.codes.size());
    plan_.codes.push_back(std::move(made));
    out_.insert(out_.end(), segment.points.begin(), segment.points.end());
    out_.push_back(step);
    out_.insert(out_.end(), segment.behind.begin(), segment.behind.end());
  }

  // bf16 outputs are written where they belong, already rounded. Gives their number.
  int add_narrow_outputs(Segment& segment, int slot, int value) {
    int count = 0;
    if (level_ != Level::full || isa_ != jit::Isa::avx512) return count;
    std::erase_if(stores_, [&](const Step& store) {
      const Access& access = plan_.out[at(store.access)];
      const bool dense = access.strides[g_.column_axis()] == 1 &&
                         (g_.rows == 1 || access.strides[g_.row_axis()] == g_.columns);
      if (store.in[0] != slot || access.type.dtype != DType::bf16 || store.level != Level::full || !dense)
        return false;
      ++count;
      Slot place = this->slot(slot);
      place.pointed = true;
      Step point;
      point.kind = Kind::point_out;
      point.access = store.access;
      point.out = static_cast<int>(plan_.slots.size());
      plan_.slots.push_back(place);
      segment.points.push_back(point);
      const BlockOperand operand{.is_bf16 = true, .slot = point.out, .pitch = g_.columns * 2};
      segment.block.operands.push_back(operand);
      segment.block.outputs.push_back({value, static_cast<int>(segment.block.operands.size()) - 1});
      segment.taken.push_back(store);
      return true;
    });
    return count;
  }

  // What anything else reads must be written.
  bool add_outputs(Segment& segment) {
    for (const auto& [slot, value] : segment.values) {
      int left = total_.at(slot) - add_narrow_outputs(segment, slot, value);
      for (const Step& step : segment.steps) left -= static_cast<int>(std::count(step.in, step.in + 3, slot));
      if (left == 0) continue;
      const bool is_bool = this->slot(slot).type == DType::boolean;
      if (is_bool && this->slot(slot).step == 0) return false;
      BlockOperand operand{.is_bool = is_bool, .slot = slot};
      if (level_ == Level::full) operand.pitch = g_.columns * (is_bool ? 1 : 4);
      segment.block.operands.push_back(operand);
      segment.block.outputs.push_back({value, static_cast<int>(segment.block.operands.size()) - 1});
    }
    return true;
  }

  void drop_unread() {
    const std::map<int, int> read = reads();
    for (auto& steps : plan_.tiles) {
      std::erase_if(steps, [&](const Step& step) { return prepares(step) && !read.contains(step.out); });
    }
  }

  Plan& plan_;
  const Geometry& g_;
  jit::Isa isa_;
  std::map<int, int> total_;  // reads of every slot before anything is rewritten
  Level level_ = Level::full;
  Segment segment_;
  std::map<int, Step> makers_;  // full slots that are prepared: how
  std::map<int, int> direct_;   // slots that are copied: the one that points at the memory instead
  std::vector<Step> fresh_, out_, stores_;
};

}  // namespace

void generate_code(Plan& plan) { Segments(plan, *jit::instruction_set()).run(); }

}  // namespace luge::cpu::fused
