#include "backend/cpu/fused/blocked.h"

#include <algorithm>
#include <cstring>

#include "backend/backend.h"
#include "backend/cpu/fused/run.h"
#include "backend/cpu/layout.h"

namespace luge::cpu::fused {
namespace {

using Strides = std::vector<std::int64_t>;

Strides row_major(const std::vector<std::int64_t>& extents) {
  Strides strides(extents.size(), 0);
  std::int64_t step = 1;
  for (std::size_t axis = extents.size(); axis-- > 0;) {
    if (extents[axis] != 1) strides[axis] = step;
    step *= extents[axis];
  }
  return strides;
}

bool covers(const TileProgram& program, const Type& type, const Strides& strides) {
  return std::equal(type.shape.begin(), type.shape.end(), program.extents.begin(), program.extents.end()) &&
         strides == row_major(program.extents);
}
bool is_single(const Strides& strides) {
  return std::all_of(strides.begin(), strides.end(), [](std::int64_t stride) { return stride == 0; });
}

// A piece of a logical axis: an outer count of blocks, or one inner block.
struct Piece {
  std::size_t axis;
  std::int64_t extent, logical, memory;  // steps along the axis, and in memory
};

std::vector<Piece> pieces_of(const cpu::Blocking& blocking) {
  std::vector<Piece> pieces;
  Strides block(blocking.dims.size(), 1);
  for (const auto& [axis, size] : blocking.inner) block[static_cast<std::size_t>(axis)] *= size;
  for (std::size_t axis = 0; axis < blocking.dims.size(); ++axis) {
    pieces.push_back({axis, blocking.padded[axis] / block[axis], block[axis], blocking.strides[axis]});
  }
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.memory > b.memory; });
  std::int64_t memory = 1;
  for (const auto& [axis, size] : blocking.inner) memory *= size;
  for (const auto& [axis, size] : blocking.inner) {
    const auto a = static_cast<std::size_t>(axis);
    block[a] /= size;
    memory /= size;
    pieces.push_back({a, size, block[a], memory});
  }
  return pieces;
}

Strides along(const std::vector<Piece>& pieces, const Strides& strides) {
  Strides result;
  for (const Piece& piece : pieces)
    result.push_back(piece.extent == 1 ? 0 : strides[piece.axis] * piece.logical);
  return result;
}
Strides in_memory(const std::vector<Piece>& pieces) {
  Strides result;
  for (const Piece& piece : pieces) result.push_back(piece.extent == 1 ? 0 : piece.memory);
  return result;
}

// Runs the program on one element: zeros where a value is large, some number where it is single.
bool keeps_zeros(const TileProgram& program, std::span<const Type> in, const std::vector<bool>& large) {
  TileProgram one = program;
  one.extents = {1};
  std::vector<Type> types;
  for (std::size_t k = 0; k < in.size(); ++k) {
    one.operands[k] = {0};
    types.push_back({in[k].dtype, {}});
  }
  for (TileOutput& output : one.outputs) output.strides = {0};
  const Plan plan = make_plan(one, types, std::vector<bool>(one.outputs.size(), true), Generate::never);
  for (double sample : {0.37, 1.7}) {
    std::vector<std::uint64_t> values(in.size() + one.outputs.size(), 0);
    std::vector<void*> inputs, outputs;
    for (std::size_t k = 0; k < in.size(); ++k) {
      if (!large[k]) {
        const auto narrow = static_cast<float>(sample);
        if (in[k].dtype == DType::f64)
          std::memcpy(&values[k], &sample, 8);
        else if (in[k].dtype == DType::f32)
          std::memcpy(&values[k], &narrow, 4);
        else
          return false;
      }
      inputs.push_back(&values[k]);
    }
    for (std::size_t k = 0; k < one.outputs.size(); ++k) outputs.push_back(&values[in.size() + k]);
    std::vector<std::byte> scratch(plan.frame_bytes() + plan.split_bytes() + 64);
    void* aligned = scratch.data();
    std::size_t room = scratch.size();
    std::align(64, plan.frame_bytes(), aligned, room);
    Status status;
    run_plan(plan, {inputs.data(), outputs.data(), aligned, &status}, 1);
    for (std::size_t k = 0; k < one.outputs.size(); ++k) {
      if (values[in.size() + k] != 0) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<LayoutId> prevailing_layout(const TileProgram& program, std::span<const Type> in,
                                          std::span<const LayoutId> layouts) {
  std::vector<std::pair<LayoutId, std::size_t>> bytes;
  for (std::size_t k = 0; k < in.size(); ++k) {
    if (layouts[k] == public_layout || layouts[k] == any_layout ||
        !covers(program, in[k], program.operands[k]))
      continue;
    const std::size_t size = static_cast<std::size_t>(in[k].shape.elements()) * size_of(in[k].dtype);
    const auto found = std::find_if(bytes.begin(), bytes.end(),
                                    [&](const auto& entry) { return entry.first == layouts[k]; });
    if (found == bytes.end())
      bytes.emplace_back(layouts[k], size);
    else
      found->second += size;
  }
  if (bytes.empty()) return std::nullopt;
  return std::max_element(bytes.begin(), bytes.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

std::optional<BlockedProgram> block_program(const TileProgram& program, std::span<const Type> in,
                                            LayoutId layout) {
  const auto is_random = [](const TileLine& line) { return line.instruction == Instruction::random_uniform; };
  if (std::any_of(program.lines.begin(), program.lines.end(), is_random)) return std::nullopt;

  BlockedProgram blocked{program, std::vector<Type>(in.begin(), in.end()), {}, {}};
  std::vector<bool> large;
  std::optional<cpu::Blocking> blocking;
  for (std::size_t k = 0; k < in.size(); ++k) {
    large.push_back(covers(program, in[k], program.operands[k]));
    blocked.in_layouts.push_back(large.back() ? layout : public_layout);
    if (large.back() && !blocking) blocking = cpu::blocking_of(layout, in[k]);
  }
  if (!blocking) return std::nullopt;
  const bool padded = blocking->padded != blocking->dims;
  const std::vector<Piece> pieces = pieces_of(*blocking);

  bool singles = program.reduced == 0;  // besides large values only single elements
  for (std::size_t k = 0; k < in.size(); ++k) {
    singles &= large[k] || is_single(program.operands[k]);
    blocked.program.operands[k] = large[k] ? in_memory(pieces) : along(pieces, program.operands[k]);
    if (!large[k]) continue;
    const std::int64_t elements[] = {blocking->padded_elements()};
    blocked.in[k].shape = Shape(std::span<const std::int64_t>(elements));
  }
  for (std::size_t k = 0; k < program.outputs.size(); ++k) {
    TileOutput& output = blocked.program.outputs[k];
    const bool is_large = covers(program, output.type, output.strides);
    singles &= is_large;
    output.strides = is_large ? in_memory(pieces) : along(pieces, output.strides);
    blocked.out_layouts.push_back(is_large ? layout : public_layout);
    if (!is_large) continue;
    const std::int64_t elements[] = {blocking->padded_elements()};
    output.type.shape = Shape(std::span<const std::int64_t>(elements));
  }
  if (padded && !(singles && keeps_zeros(program, in, large))) return std::nullopt;

  blocked.program.extents.clear();
  blocked.program.reduced = 0;
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    blocked.program.extents.push_back(pieces[k].extent);
    if (program.reduces(pieces[k].axis)) blocked.program.reduced |= 1u << k;
  }
  return blocked;
}

}  // namespace luge::cpu::fused
