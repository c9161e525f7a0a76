// From a tile program to the steps of a plan.
#include "backend/cpu/fused/plan.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace luge::cpu::fused {
namespace {

constexpr std::size_t kRegisterBudget = 24 << 10;  // of the first-level cache
constexpr std::int64_t kLargestTile = 4096;
constexpr std::int64_t kSmallestTile = 128;

class Planner {
 public:
  Planner(const TileProgram& program, std::span<const Type> in, const std::vector<bool>& used,
          std::int64_t tile, bool generate)
      : program_(program), inputs_(in.size()), generate_(generate) {
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
    classify();
  }

  Plan run() {
    for (int stage = 0; stage <= last_stage_; ++stage) {
      plan_.kept.emplace_back();
      plan_.tiles.emplace_back();
      plan_.reduced.emplace_back();
      if (!plan_.geometry.resident) full_slots_.clear();
      emit_stage(stage);
    }
    std::vector<std::pair<int, int>> stores;  // behind everything that may read what they overwrite
    for (int k : wanted_) {
      const int value = program_.outputs[static_cast<std::size_t>(k)].value;
      if (!is_full_output(k)) stores.emplace_back(k, kept_slot(value));
    }
    for (const auto& [k, slot] : stores) store(k, slot, Level::kept, plan_.kept.back());
    if (generate_) generate_code(plan_);
    point_outputs(plan_);
    place_buffers(plan_);
    plan_.lines = program_.lines.size();
    plan_.nanoseconds = estimate(program_, plan_);
    return std::move(plan_);
  }

 private:
  std::size_t operand_count() const { return inputs_; }
  bool is_operand(int value) const { return value < static_cast<int>(inputs_); }
  const TileLine& line(int value) const { return program_.lines[static_cast<std::size_t>(value) - inputs_]; }
  DType dtype(int value) const {
    return is_operand(value) ? plan_.in[static_cast<std::size_t>(value)].type.dtype : line(value).dtype;
  }
  Level level(int value) const { return levels_[static_cast<std::size_t>(value)]; }
  int stage(int value) const { return stages_[static_cast<std::size_t>(value)]; }
  const Geometry& geometry() const { return plan_.geometry; }

  Level level_of(const Access& access) const {
    bool varies = false, over_reduced = false;
    for (std::size_t k = 0; k < access.strides.size(); ++k) {
      if (access.strides[k] == 0) continue;
      varies = true;
      over_reduced |= geometry().reduces(k);
    }
    if (!varies) return Level::scalar;
    return over_reduced || program_.reduced == 0 ? Level::full : Level::kept;
  }
  static bool is_random(const TileLine& line) { return line.instruction == Instruction::random_uniform; }

  void classify() {
    for (const Access& access : plan_.in) {
      levels_.push_back(level_of(access));
      stages_.push_back(0);
    }
    for (const TileLine& line : program_.lines) {
      Level level = is_random(line) ? Level::full : Level::scalar;
      int stage = 0;
      for (int source : line.source) {
        if (source < 0) continue;
        level = std::max(level, this->level(source));
        stage = std::max(stage, this->stage(source));
      }
      if (line.kind == TileLine::Kind::reduce) level = Level::kept, ++stage;
      levels_.push_back(level);
      stages_.push_back(stage);
      last_stage_ = std::max(last_stage_, stage);
    }
  }

  // An output with an element for each place of the kept axes is stored once they are known.
  bool is_full_output(int k) const {
    if (program_.reduced == 0) return true;
    const Access& access = plan_.out[static_cast<std::size_t>(k)];
    std::int64_t elements = 1;
    for (std::size_t axis = 0; axis < geometry().axes.size(); ++axis) {
      if (geometry().reduces(axis)) elements *= geometry().axes[axis].extent;
    }
    return level_of(access) == Level::full ||
           (elements == 1 && level(program_.outputs[static_cast<std::size_t>(k)].value) == Level::full);
  }

  int new_slot(Level level, DType dtype) {
    Slot slot;
    slot.level = level;
    slot.type = register_type(dtype);
    if (level == Level::scalar || (level == Level::kept && geometry().kept == KeptExtent::one)) slot.step = 0;
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
    std::vector<std::pair<int, int>> stores;
    for (int k : wanted_) {
      const int value = program_.outputs[static_cast<std::size_t>(k)].value;
      if (is_full_output(k) && this->stage(value) == stage) stores.emplace_back(k, full_slot(value, stage));
    }
    for (const auto& [k, slot] : stores) store(k, slot, Level::full, tiles);
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
    Step step;
    step.kind = Step::Kind::reduce;
    step.in[0] = source;
    step.out = reduction.slot;
    step.reduction = static_cast<int>(plan_.reductions.size());
    tiles.push_back(step);
    plan_.reduced[static_cast<std::size_t>(stage)].push_back(step.reduction);
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
    const auto at = static_cast<std::size_t>(stage(value));
    const int slot = is_operand(value) ? load(value, Level::kept, plan_.kept[at])
                                       : compute(value, Level::kept, stage(value), plan_.kept[at]);
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

  // A kept value as a tile: one element per row, or a row for all rows.
  int expand(int kept, std::vector<Step>& steps) {
    const bool as_is = geometry().kept == KeptExtent::one ||
                       (geometry().kept == KeptExtent::columns && geometry().rows == 1);
    if (as_is) return kept;
    Step step;
    step.kind = Step::Kind::expand;
    step.in[0] = kept;
    step.out = new_slot(Level::full, slot(kept).type);
    step.move = find_moves(slot(kept).type);
    steps.push_back(step);
    return step.out;
  }

  bool native(const Access& access) const { return register_type(access.type.dtype) == access.type.dtype; }
  bool dense(const Access& access) const {
    const Geometry& g = geometry();
    const std::int64_t row = access.strides[g.row_axis()], column = access.strides[g.column_axis()];
    return (column == 1 || g.axes[g.column_axis()].extent == 1) &&
           (g.rows == 1 || row == g.axes[g.column_axis()].extent);
  }
  bool standing(const Access& access) const {
    const Geometry& g = geometry();
    return access.strides[g.column_axis()] == 0 && (g.rows == 1 || access.strides[g.row_axis()] == 0);
  }
  // Elements of a kept value lie one behind the other.
  bool kept_dense(const Access& access) const {
    const Geometry& g = geometry();
    if (g.splits > 1 || g.kept == KeptExtent::one) return false;
    return access.strides[g.kept == KeptExtent::rows ? g.row_axis() : g.column_axis()] == 1;
  }

  int load(int value, Level level, std::vector<Step>& steps) {
    const Access& access = plan_.in[static_cast<std::size_t>(value)];
    Step step;
    step.level = level;
    step.access = value;
    step.move = access.move;
    step.out = new_slot(level, access.type.dtype);
    Slot& slot = this->slot(step.out);
    if (slot.step == 0 || (level == Level::full && standing(access))) {
      step.kind = Step::Kind::splat_in;
      slot.step = 0;
    } else if (native(access) && (level == Level::full ? dense(access) : kept_dense(access))) {
      step.kind = Step::Kind::point_in;
      slot.pointed = true;
    } else {
      step.kind = Step::Kind::load;
    }
    steps.push_back(step);
    return step.out;
  }

  int compute(int value, Level level, int stage, std::vector<Step>& steps) {
    const TileLine& line = this->line(value);
    Step step;
    step.level = level;
    if (line.kind == TileLine::Kind::constant) return constant(line, steps);
    if (is_random(line)) {
      step.kind = Step::Kind::random;
      step.access = line.source[0];
      step.out = new_slot(level, line.dtype);
      step.dtype = line.dtype;
      steps.push_back(step);
      return step.out;
    }
    const int operands = arity(line.instruction);
    for (int k = 0; k < operands; ++k)
      step.in[k] = source_slot(line.source[static_cast<std::size_t>(k)], level, stage);
    const DType in = register_type(dtype(line.source[operands == 3 ? 1 : 0]));
    step.instruction = line.instruction;
    step.from = in;
    step.to = register_type(line.dtype);
    step.map = find_map(line.instruction, in, step.to);
    step.out = new_slot(level, line.dtype);
    step.move = find_moves(register_type(line.dtype));
    steps.push_back(step);
    if (const MapFunction round = find_round(line.dtype)) {
      Step rounding;
      rounding.level = level;
      rounding.map = round;
      rounding.rounds_to_bf16 = line.dtype == DType::bf16;
      rounding.move = step.move;
      rounding.in[0] = rounding.out = step.out;
      steps.push_back(rounding);
    }
    return step.out;
  }

  // A splat made at setup.
  int constant(const TileLine& line, std::vector<Step>& steps) {
    Step step;
    step.kind = Step::Kind::splat_in;
    step.level = Level::scalar;
    step.access = -1 - static_cast<int>(plan_.constants.size());
    step.move = find_moves(line.dtype);
    step.out = new_slot(Level::scalar, line.dtype);
    plan_.constants.push_back(constant_bytes(line));
    steps.push_back(step);
    return step.out;
  }

  static std::uint64_t constant_bytes(const TileLine& line) {
    std::uint64_t bytes = 0;
    const auto put = [&](auto value) { std::memcpy(&bytes, &value, sizeof value); };
    switch (line.dtype) {
      case DType::f32: put(static_cast<float>(line.number)); break;
      case DType::f64: put(line.number); break;
      case DType::bf16: put(bfloat16(static_cast<float>(line.number))); break;
      case DType::f16: put(float16(static_cast<float>(line.number))); break;
      default: put(static_cast<std::int64_t>(line.number)); break;
    }
    return bytes;
  }

  void store(int output, int from, Level level, std::vector<Step>& steps) {
    const Access& access = plan_.out[static_cast<std::size_t>(output)];
    Step step;
    step.kind = Step::Kind::store;
    step.level = level;
    step.access = output;
    step.in[0] = from;
    step.move = access.move;
    steps.push_back(step);
  }

  const TileProgram& program_;
  std::size_t inputs_;
  bool generate_;
  std::vector<Level> levels_;
  std::vector<int> stages_;
  int last_stage_ = 0;
  std::vector<int> wanted_;
  std::map<int, int> scalar_slots_, kept_slots_, full_slots_;
  Plan plan_;
};

}  // namespace

Plan make_plan(const TileProgram& program, std::span<const Type> in, const std::vector<bool>& used,
               Generate generate) {
  const bool can_generate = generate == Generate::where_possible && jit::instruction_set().has_value();
  for (std::int64_t tile = kLargestTile;; tile /= 2) {
    Plan plan = Planner(program, in, used, tile, can_generate).run();
    if (plan.full_bytes > kRegisterBudget && tile > kSmallestTile) continue;
    if (can_generate && !jit::enabled()) return Planner(program, in, used, tile, false).run();
    return plan;
  }
}

}  // namespace luge::cpu::fused
