#include "compile/hoist_scalars.h"
#include "core/index.h"

#include <algorithm>
#include <map>
#include <utility>

namespace luge::compiler {
namespace {

// One part, cut in two: the lines over numbers, and the rest.
class Cut {
 public:
  explicit Cut(const FusedPart& part) : part_(part), inputs_(static_cast<int>(part.inputs.size())) {
    const TileProgram& program = part.program;
    for (int k = 0; k < inputs_; ++k) {
      const auto& strides = program.operands[at(k)];
      const bool still = std::all_of(strides.begin(), strides.end(), [](std::int64_t s) { return s == 0; });
      number_.push_back(still && part.inputs[at(k)].shape().elements() == 1);
    }
    for (const TileLine& line : program.lines) {
      bool number = line.kind != TileLine::Kind::reduce && line.instruction != Instruction::random_uniform;
      for (int source : line.source) number = number && (source < 0 || number_[at(source)]);
      number_.push_back(number);
    }
    std::vector<bool> read(number_.size(), false);
    for (int value = inputs_; value < values(); ++value) {
      if (number_[at(value)]) continue;
      for (int source : line(value).source) {
        if (source >= 0 && computed(source)) read[at(source)] = true;
      }
    }
    for (const TileOutput& output : program.outputs) {
      if (computed(output.value)) read[at(output.value)] = true;
    }
    for (int value = inputs_; value < values(); ++value) {
      if (read[at(value)]) exports_.push_back(value);
    }
  }

  bool worthwhile() const {
    const auto& extents = part_.program.extents;
    const bool is_one =
        std::all_of(extents.begin(), extents.end(), [](std::int64_t extent) { return extent == 1; });
    return !exports_.empty() && !is_one;
  }

  /// The numbers' program and its inputs; its outputs are the exports, in order.
  FusedPart numbers() const {
    FusedPart result;
    std::map<int, int> operands;
    const std::vector<bool> needed = needed_for_exports();
    for (int k = 0; k < inputs_; ++k) {
      if (!needed[at(k)]) continue;
      operands[k] = static_cast<int>(result.inputs.size());
      result.inputs.push_back(part_.inputs[at(k)]);
      result.program.operands.emplace_back();
    }
    std::map<int, int> positions = operands;
    for (int value = inputs_; value < values(); ++value) {
      if (!needed[at(value)]) continue;
      positions[value] = static_cast<int>(result.inputs.size() + result.program.lines.size());
      result.program.lines.push_back(line(value));
      for (int& source : result.program.lines.back().source)
        source = source < 0 ? source : positions.at(source);
    }
    for (int value : exports_)
      result.program.outputs.push_back({positions.at(value), {line(value).dtype, {}}, {}});
    return result;
  }

  /// The rest, which reads the exports' results.
  FusedPart rest(const Tensors& results) const {
    FusedPart kept;
    kept.program.extents = part_.program.extents;
    kept.program.reduced = part_.program.reduced;
    std::map<int, int> positions;
    const std::vector<std::int64_t> still(part_.program.extents.size(), 0);
    const std::vector<bool> read = read_by_rest();
    const auto operand = [&](int value, const Tensor& input, const std::vector<std::int64_t>& strides) {
      positions[value] = static_cast<int>(kept.inputs.size());
      kept.inputs.push_back(input);
      kept.program.operands.push_back(strides);
    };
    for (int k = 0; k < inputs_; ++k) {
      if (read[at(k)]) operand(k, part_.inputs[at(k)], part_.program.operands[at(k)]);
    }
    for (std::size_t k = 0; k < exports_.size(); ++k) operand(exports_[k], results[k], still);
    for (int value = inputs_; value < values(); ++value) {
      const bool constant = number_[at(value)] && !computed(value);
      if ((number_[at(value)] && !constant) || (constant && !read[at(value)])) continue;
      positions[value] = static_cast<int>(kept.inputs.size() + kept.program.lines.size());
      kept.program.lines.push_back(line(value));
      for (int& source : kept.program.lines.back().source)
        source = source < 0 ? source : positions.at(source);
    }
    for (TileOutput output : part_.program.outputs) {
      output.value = positions.at(output.value);
      kept.program.outputs.push_back(std::move(output));
    }
    return kept;
  }

 private:
  int values() const { return inputs_ + static_cast<int>(part_.program.lines.size()); }
  const TileLine& line(int value) const { return part_.program.lines[at(value - inputs_)]; }
  // A number that a line computes; constants are as well written twice.
  bool computed(int value) const {
    return value >= inputs_ && number_[at(value)] && line(value).kind == TileLine::Kind::map;
  }
  std::vector<bool> needed_for_exports() const {
    std::vector<bool> needed(number_.size(), false);
    for (int value : exports_) needed[at(value)] = true;
    for (int value = values(); value-- > inputs_;) {
      if (!needed[at(value)]) continue;
      for (int source : line(value).source) {
        if (source >= 0) needed[at(source)] = true;
      }
    }
    return needed;
  }
  std::vector<bool> read_by_rest() const {
    std::vector<bool> read(number_.size(), false);
    for (int value = inputs_; value < values(); ++value) {
      if (number_[at(value)]) continue;
      for (int source : line(value).source) {
        if (source >= 0) read[at(source)] = true;
      }
    }
    for (const TileOutput& output : part_.program.outputs) read[at(output.value)] = true;
    return read;
  }

  const FusedPart& part_;
  int inputs_;
  std::vector<bool> number_;
  std::vector<int> exports_;
};

using Key = std::pair<std::vector<std::int64_t>, std::vector<std::pair<const Node*, int>>>;

Key key_of(const FusedPart& numbers) {
  Key key;
  const FusedAttributes attributes = fused_attributes(numbers.program);
  key.first = attributes.lines;
  key.first.insert(key.first.end(), attributes.outputs.begin(), attributes.outputs.end());
  for (const Tensor& input : numbers.inputs) key.second.emplace_back(input.node(), input.output());
  return key;
}

}  // namespace

void hoist_scalars(std::vector<FusedPart>& parts) {
  std::map<Key, Tensors> made;
  for (FusedPart& part : parts) {
    const Cut cut(part);
    if (!cut.worthwhile()) continue;
    const FusedPart numbers = cut.numbers();
    Tensors& results = made[key_of(numbers)];
    if (results.empty()) results = make_node(fused_op(numbers.program), numbers.inputs);
    part = cut.rest(results);
  }
}

}  // namespace luge::compiler
