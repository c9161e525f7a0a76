// From a tile program to the steps of a plan.
#include "backend/cpu/fused/plan.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "backend/cpu/fused/plan_passes.h"
#include "backend/cpu/fused/value_levels.h"

namespace luge::cpu::fused {
namespace {

constexpr std::size_t kRegisterBudget = 24 << 10;  // of the first-level cache
constexpr std::int64_t kLargestTile = 4096;
constexpr std::int64_t kSmallestTile = 128;

std::uint64_t constant_bytes(const TileLine& line) {
  std::uint64_t bytes = 0;
  const auto put = [&](auto value) { std::memcpy(&bytes, &value, sizeof value); };
  switch (line.dtype) {
    case DType::f32: put(static_cast<float>(line.number)); break;
    case DType::f64: put(line.number); break;
    case DType::bf16: put(bfloat16(static_cast<float>(line.number))); break;
    case DType::f16: put(float16(static_cast<float>(line.number))); break;
    case DType::i8:
    case DType::u8:
    case DType::i16:
    case DType::i32:
    case DType::i64:
    case DType::boolean: put(static_cast<std::int64_t>(line.number)); break;
  }
  return bytes;
}

class Planner {
 public:
  Planner(const TileProgram& program, std::span<const Type> in, const std::vector<bool>& used,
          std::int64_t tile)
      : program_(program), inputs_(in.size()) {
    std::vector<std::vector<std::int64_t>> strides = program.operands;
    for (const TileOutput& output : program.outputs) strides.push_back(output.strides);
    plan_.geometry = make_geometry(program, tile, strides);
    for (std::size_t k = 0; k < in.size(); ++k) {
      plan_.in.push_back({in[k], strides[k], find_moves(in[k].dtype), static_cast<int>(k)});
    }
    for (std::size_t k = 0; k < program.outputs.size(); ++k) {
      const Type& type = program.outputs[k].type;
      plan_.out.push_back({type, strides[in.size() + k], find_moves(type.dtype), static_cast<int>(k)});
      if (used[k]) wanted_.push_back(static_cast<int>(k));
    }
    levels_ = find_levels(program, plan_.geometry, plan_.in);
    plan_.lines = program.lines.size();
  }

  Plan run() {
    for (int stage = 0; stage <= levels_.last_stage; ++stage) {
      plan_.kept.emplace_back();
      plan_.tiles.emplace_back();
      plan_.reduced.emplace_back();
      if (!geometry().resident) full_slots_.clear();
      emit_stage(stage);
    }
    std::vector<StoreStep> stores;  // after everything that may read what they overwrite
    for (int k : wanted_) {
      if (!is_full(k)) stores.push_back(store_of(k, kept_slot(output(k).value), Level::kept));
    }
    plan_.kept.back().insert(plan_.kept.back().end(), stores.begin(), stores.end());
    return std::move(plan_);
  }

 private:
  bool is_operand(int value) const { return value < static_cast<int>(inputs_); }
  const TileLine& line(int value) const { return program_.lines[static_cast<std::size_t>(value) - inputs_]; }
  const TileOutput& output(int k) const { return program_.outputs[static_cast<std::size_t>(k)]; }
  DType dtype(int value) const {
    return is_operand(value) ? plan_.in[static_cast<std::size_t>(value)].type.dtype : line(value).dtype;
  }
  Level level(int value) const { return levels_.level[static_cast<std::size_t>(value)]; }
  int stage(int value) const { return levels_.stage[static_cast<std::size_t>(value)]; }
  const Geometry& geometry() const { return plan_.geometry; }
  bool is_full(int k) const {
    return is_full_output(output(k), plan_.out[static_cast<std::size_t>(k)], program_, geometry(), levels_);
  }

  int new_slot(Level level, DType dtype) {
    Slot slot;
    slot.level = level;
    slot.type = register_type(dtype);
    if (level == Level::scalar || (level == Level::kept && geometry().kept == KeptExtent::one))
      slot.advance = 0;
    plan_.slots.push_back(slot);
    return static_cast<int>(plan_.slots.size()) - 1;
  }
  Slot& slot(int index) { return plan_.slots[static_cast<std::size_t>(index)]; }

  void emit_stage(int stage) {
    std::vector<Step>& tiles = plan_.tiles[static_cast<std::size_t>(stage)];
    for (std::size_t i = 0; i < program_.lines.size(); ++i) {
      const int value = static_cast<int>(i + inputs_);
      if (line(value).kind != TileLine::Kind::reduce || this->stage(value) != stage + 1) continue;
      emit_reduction(value, tiles, stage);
    }
    std::vector<StoreStep> stores;
    for (int k : wanted_) {
      const int value = output(k).value;
      if (is_full(k) && this->stage(value) == stage)
        stores.push_back(store_of(k, full_slot(value, stage), Level::full));
    }
    tiles.insert(tiles.end(), stores.begin(), stores.end());
  }

  void emit_reduction(int value, std::vector<Step>& tiles, int stage) {
    const TileLine& line = this->line(value);
    const int source = full_slot(line.source[0], stage);
    PlanReduction reduction;
    reduction.reduction = line.reduction;
    reduction.functions = find_reduce(line.reduction, register_type(line.dtype));
    reduction.splat = find_moves(register_type(line.dtype)).splat;
    reduction.slot = new_slot(Level::kept, line.dtype);
    kept_slots_[value] = reduction.slot;
    const int index = static_cast<int>(plan_.reductions.size());
    tiles.push_back(ReduceStep{index, source, Level::full});
    plan_.reduced[static_cast<std::size_t>(stage)].push_back(index);
    plan_.reductions.push_back(reduction);
  }

  int scalar_slot(int value) {
    if (const auto found = scalar_slots_.find(value); found != scalar_slots_.end()) return found->second;
    const int slot = is_operand(value) ? load(value, Level::scalar, plan_.setup)
                                       : compute(value, Level::scalar, 0, plan_.setup);
    return scalar_slots_[value] = slot;
  }

  int kept_slot(int value) {
    if (level(value) == Level::scalar) return scalar_slot(value);
    if (const auto found = kept_slots_.find(value); found != kept_slots_.end()) return found->second;
    std::vector<Step>& steps = plan_.kept[static_cast<std::size_t>(stage(value))];
    const int slot = is_operand(value) ? load(value, Level::kept, steps)
                                       : compute(value, Level::kept, stage(value), steps);
    return kept_slots_[value] = slot;
  }

  int full_slot(int value, int stage) {
    if (level(value) == Level::scalar) return scalar_slot(value);
    if (const auto found = full_slots_.find(value); found != full_slots_.end()) return found->second;
    std::vector<Step>& steps = plan_.tiles[static_cast<std::size_t>(stage)];
    int slot;
    if (level(value) == Level::kept) {
      slot = expand(kept_slot(value), steps);
    } else {
      slot = is_operand(value) ? load(value, Level::full, steps) : compute(value, Level::full, stage, steps);
    }
    return full_slots_[value] = slot;
  }

  int source_slot(int value, Level level, int stage) {
    if (level == Level::full) return full_slot(value, stage);
    return level == Level::kept ? kept_slot(value) : scalar_slot(value);
  }

  int expand(int kept, std::vector<Step>& steps) {
    const bool as_is = geometry().kept == KeptExtent::one ||
                       (geometry().kept == KeptExtent::columns && geometry().rows == 1);
    if (as_is) return kept;
    const DType type = slot(kept).type;
    const int out = new_slot(Level::full, type);
    steps.push_back(ExpandStep{kept, out, find_moves(type)});
    return out;
  }

  // The elements of a tile are adjacent in memory.
  bool dense(const Access& access) const {
    const Geometry& g = geometry();
    const std::int64_t row = access.strides[g.row_axis()], column = access.strides[g.column_axis()];
    return (column == 1 || g.axes[g.column_axis()].extent == 1) &&
           (g.rows == 1 || row == g.axes[g.column_axis()].extent);
  }
  bool is_single(const Access& access) const {
    const Geometry& g = geometry();
    return access.strides[g.column_axis()] == 0 && (g.rows == 1 || access.strides[g.row_axis()] == 0);
  }
  // The elements of a kept value are adjacent in memory.
  bool kept_dense(const Access& access) const {
    const Geometry& g = geometry();
    if (g.splits > 1 || g.kept == KeptExtent::one) return false;
    return access.strides[g.kept == KeptExtent::rows ? g.row_axis() : g.column_axis()] == 1;
  }

  int load(int value, Level level, std::vector<Step>& steps) {
    const Access& access = plan_.in[static_cast<std::size_t>(value)];
    const bool native = register_type(access.type.dtype) == access.type.dtype;
    const int out = new_slot(level, access.type.dtype);
    Slot& slot = this->slot(out);
    if (slot.advance == 0 || (level == Level::full && is_single(access))) {
      slot.advance = 0;
      steps.push_back(SplatInputStep{value, out, access.move});
    } else if (native && (level == Level::full ? dense(access) : kept_dense(access))) {
      slot.pointed = true;
      steps.push_back(PointInputStep{value, out, level});
    } else {
      steps.push_back(LoadStep{value, out, level, access.move});
    }
    return out;
  }

  int compute(int value, Level level, int stage, std::vector<Step>& steps) {
    const TileLine& line = this->line(value);
    if (line.kind == TileLine::Kind::constant) return constant(line, steps);
    if (line.instruction == Instruction::random_uniform) {
      const int out = new_slot(level, line.dtype);
      steps.push_back(RandomStep{line.source[0], out, line.dtype});
      return out;
    }
    MapStep map{};
    map.instruction = line.instruction;
    map.level = level;
    map.operands = arity(line.instruction);
    for (std::size_t k = 0; k < static_cast<std::size_t>(map.operands); ++k)
      map.in[k] = source_slot(line.source[k], level, stage);
    map.from = register_type(dtype(line.source[map.operands == 3 ? 1 : 0]));
    map.to = register_type(line.dtype);
    map.function = find_map(line.instruction, map.from, map.to);
    map.splat = find_moves(map.to).splat;
    map.out = new_slot(level, line.dtype);
    steps.push_back(map);
    if (const MapFunction round = find_round(line.dtype))
      steps.push_back(RoundStep{line.dtype, map.out, level, round, map.splat});
    return map.out;
  }

  // A splat made at setup.
  int constant(const TileLine& line, std::vector<Step>& steps) {
    const int index = static_cast<int>(plan_.constants.size());
    const int out = new_slot(Level::scalar, line.dtype);
    plan_.constants.push_back(constant_bytes(line));
    steps.push_back(SplatConstantStep{index, out, find_moves(line.dtype)});
    return out;
  }

  StoreStep store_of(int output, int from, Level level) const {
    return {output, from, level, plan_.out[static_cast<std::size_t>(output)].move};
  }

  const TileProgram& program_;
  std::size_t inputs_;
  ValueLevels levels_;
  std::vector<int> wanted_;
  std::map<int, int> scalar_slots_, kept_slots_, full_slots_;
  Plan plan_;
};

Plan plan_with(const TileProgram& program, std::span<const Type> in, const std::vector<bool>& used,
               std::int64_t tile, bool generates) {
  Plan plan = Planner(program, in, used, tile).run();
  if (generates) generate_code(plan);
  point_outputs(plan);
  assign_buffers(plan);
  plan.nanoseconds = estimate(program, plan);
  return plan;
}

}  // namespace

Plan make_plan(const TileProgram& program, std::span<const Type> in, const std::vector<bool>& used,
               Generate generate) {
  const bool can_generate = generate == Generate::where_possible && jit::instruction_set().has_value();
  for (std::int64_t tile = kLargestTile;; tile /= 2) {
    Plan plan = plan_with(program, in, used, tile, can_generate);
    if (plan.full_bytes > kRegisterBudget && tile > kSmallestTile) continue;
    if (can_generate && !jit::enabled()) return plan_with(program, in, used, tile, false);
    return plan;
  }
}

}  // namespace luge::cpu::fused
