// fused: several elementwise ops and reductions as one step, made by the compiler. Its meaning is its tile
// program.
#include <bit>

#include "graph/op_registry.h"
#include "ops/attributes/fused.h"

namespace luge {
namespace {

struct Fused : Op<Fused, FusedAttributes> {
  static constexpr auto name = "fused";
  static constexpr auto no_gradient = "it is made after gradients are taken";

  Types infer(const Types& in) const {
    const TileProgram program = tile_program(*this);
    if (in.size() != program.operands.size())
      throw GraphError("fused: the number of inputs is not its program's");
    Types types;
    for (const TileOutput& output : program.outputs) types.push_back(output.type);
    return types;
  }
};

constexpr std::size_t kLineWords = 8;

}  // namespace

OpRef fused_op(const TileProgram& program) { return op_ref<Fused>(fused_attributes(program)); }

FusedAttributes fused_attributes(const TileProgram& program) {
  FusedAttributes attributes;
  attributes.extents = program.extents;
  attributes.reduced = program.reduced;
  for (const auto& strides : program.operands) {
    attributes.operands.insert(attributes.operands.end(), strides.begin(), strides.end());
  }
  attributes.operands.push_back(static_cast<std::int64_t>(program.operands.size()));  // rank 0 has no strides
  for (const TileLine& line : program.lines) {
    attributes.lines.insert(
        attributes.lines.end(),
        {static_cast<std::int64_t>(line.kind), static_cast<std::int64_t>(line.instruction),
         static_cast<std::int64_t>(line.reduction), static_cast<std::int64_t>(line.dtype), line.source[0],
         line.source[1], line.source[2], std::bit_cast<std::int64_t>(line.number)});
  }
  for (const TileOutput& output : program.outputs) {
    attributes.outputs.insert(
        attributes.outputs.end(),
        {output.value, static_cast<std::int64_t>(output.type.dtype), output.type.shape.rank()});
    attributes.outputs.insert(attributes.outputs.end(), output.type.shape.begin(), output.type.shape.end());
    attributes.outputs.insert(attributes.outputs.end(), output.strides.begin(), output.strides.end());
  }
  return attributes;
}

TileProgram tile_program(const FusedAttributes& attributes) {
  TileProgram program;
  program.extents = attributes.extents;
  program.reduced = static_cast<std::uint32_t>(attributes.reduced);
  const std::size_t rank = program.extents.size();
  const auto count = static_cast<std::size_t>(attributes.operands.back());
  for (std::size_t k = 0; k < count; ++k) {
    const auto from = attributes.operands.begin() + static_cast<std::ptrdiff_t>(k * rank);
    program.operands.emplace_back(from, from + static_cast<std::ptrdiff_t>(rank));
  }
  for (std::size_t i = 0; i + kLineWords <= attributes.lines.size(); i += kLineWords) {
    const std::int64_t* words = attributes.lines.data() + i;
    TileLine line;
    line.kind = static_cast<TileLine::Kind>(words[0]);
    line.instruction = static_cast<Instruction>(words[1]);
    line.reduction = static_cast<TileReduction>(words[2]);
    line.dtype = static_cast<DType>(words[3]);
    for (std::size_t k = 0; k < 3; ++k) line.source[k] = static_cast<int>(words[4 + k]);
    line.number = std::bit_cast<double>(words[7]);
    program.lines.push_back(line);
  }
  for (const std::int64_t* words = attributes.outputs.data();
       words != attributes.outputs.data() + attributes.outputs.size();) {
    TileOutput output;
    output.value = static_cast<int>(words[0]);
    const auto out_rank = static_cast<std::size_t>(words[2]);
    output.type = {static_cast<DType>(words[1]), Shape(std::span(words + 3, out_rank))};
    words += 3 + out_rank;
    output.strides.assign(words, words + rank);
    words += rank;
    program.outputs.push_back(std::move(output));
  }
  return program;
}

}  // namespace luge
