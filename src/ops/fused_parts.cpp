// fused_parts: several fused steps over spaces of their own as one step, made by the compiler.
#include "graph/op_registry.h"
#include "ops/attributes/fused.h"

namespace luge {
namespace {

struct FusedParts : Op<FusedParts, FusedPartsAttributes> {
  static constexpr auto name = "fused_parts";
  static constexpr auto no_gradient = "it is made after gradients are taken";

  Types infer(const Types& in) const {
    std::size_t operands = 0;
    Types types;
    for (const TileProgram& part : tile_programs(*this)) {
      operands += part.operands.size();
      for (const TileOutput& output : part.outputs) types.push_back(output.type);
    }
    if (in.size() != operands) throw GraphError("fused_parts: the number of inputs is not its programs'");
    return types;
  }
};

}  // namespace

OpRef fused_parts_op(const std::vector<TileProgram>& parts) {
  FusedPartsAttributes attributes;
  const auto put = [&](const std::vector<std::int64_t>& list) {
    attributes.words.push_back(static_cast<std::int64_t>(list.size()));
    attributes.words.insert(attributes.words.end(), list.begin(), list.end());
  };
  for (const TileProgram& part : parts) {
    const FusedAttributes of_part = fused_attributes(part);
    put(of_part.extents);
    attributes.words.push_back(of_part.reduced);
    put(of_part.operands);
    put(of_part.lines);
    put(of_part.outputs);
  }
  return op_ref<FusedParts>(std::move(attributes));
}

std::vector<TileProgram> tile_programs(const FusedPartsAttributes& attributes) {
  std::vector<TileProgram> parts;
  auto word = attributes.words.begin();
  const auto take = [&] {
    const std::int64_t count = *word++;
    std::vector<std::int64_t> list(word, word + count);
    word += count;
    return list;
  };
  while (word != attributes.words.end()) {
    FusedAttributes part;
    part.extents = take();
    part.reduced = *word++;
    part.operands = take();
    part.lines = take();
    part.outputs = take();
    parts.push_back(tile_program(part));
  }
  return parts;
}

}  // namespace luge
