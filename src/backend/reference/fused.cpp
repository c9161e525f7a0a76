// A tile program line by line, every value as a whole array over the iteration space.
#include <algorithm>
#include <limits>
#include <stdexcept>

#include "backend/reference/instructions.h"
#include "ops/attributes/fused.h"

namespace luge {
namespace {

using Values = std::vector<Element>;

std::int64_t offset(const std::vector<std::int64_t>& extents, const std::vector<std::int64_t>& strides,
                    std::int64_t index) {
  std::int64_t result = 0;
  for (std::size_t axis = extents.size(); axis-- > 0;) {
    result += index % extents[axis] * strides[axis];
    index /= extents[axis];
  }
  return result;
}

Element rounded(DType dtype, const Element& value) {
  std::uint64_t memory = 0;
  store_element(dtype, &memory, 0, value, is_floating(dtype));
  return load_element(dtype, &memory, 0);
}

Element initial(TileReduction reduction) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (reduction) {
    case TileReduction::sum: return {0, 0};
    case TileReduction::prod: return {1, 1};
    case TileReduction::max: return {-infinity, std::numeric_limits<std::int64_t>::min()};
    case TileReduction::min: return {infinity, std::numeric_limits<std::int64_t>::max()};
  }
  throw std::logic_error("there is no such reduction");
}

Instruction joining(TileReduction reduction) {
  switch (reduction) {
    case TileReduction::sum: return Instruction::add;
    case TileReduction::prod: return Instruction::mul;
    case TileReduction::max: return Instruction::maximum;
    case TileReduction::min: return Instruction::minimum;
  }
  throw std::logic_error("there is no such reduction");
}

Element joined(TileReduction reduction, const Element& a, const Element& b) {
  const Instruction instruction = joining(reduction);
  return {apply_real(instruction, a.real, b.real), apply_whole(instruction, a.whole, b.whole)};
}

class Interpreter {
 public:
  Interpreter(const TileProgram& program, const ReferenceCall& call) : program_(program), call_(call) {
    for (std::int64_t extent : program.extents) count_ *= extent;
    std::int64_t step = 1;  // elements of the kept axes are numbered row-major
    kept_.assign(program.extents.size(), 0);
    for (std::size_t axis = program.extents.size(); axis-- > 0;) {
      if (program.reduces(axis)) continue;
      kept_[axis] = step;
      step *= program.extents[axis];
    }
    kept_count_ = step;
  }

  void run() {
    for (std::size_t k = 0; k < program_.operands.size(); ++k) load(k);
    for (const TileLine& line : program_.lines) compute(line);
    for (std::size_t k = 0; k < program_.outputs.size(); ++k) {
      if (call_.out[k].data) store(program_.outputs[k], call_.out[k]);
    }
  }

 private:
  Element& at(int value, std::int64_t index) {
    return values_[static_cast<std::size_t>(value)][static_cast<std::size_t>(index)];
  }

  void load(std::size_t k) {
    const View& view = call_.in[k];
    Values values;
    for (std::int64_t i = 0; i < count_; ++i) {
      values.push_back(
          load_element(view.type.dtype, view.data, offset(program_.extents, program_.operands[k], i)));
    }
    values_.push_back(std::move(values));
    dtypes_.push_back(view.type.dtype);
  }

  void compute(const TileLine& line) {
    Values values(static_cast<std::size_t>(count_));
    if (line.kind == TileLine::Kind::reduce) {
      reduce(line, values);
    } else {
      for (std::int64_t i = 0; i < count_; ++i) values[static_cast<std::size_t>(i)] = element(line, i);
    }
    values_.push_back(std::move(values));
    dtypes_.push_back(line.dtype);
  }

  DType dtype(int value) const { return dtypes_[static_cast<std::size_t>(value)]; }

  // What a line stores may be of another kind than what it computes on: truth values, casts.
  Element stored(const TileLine& line, const Element& value, DType from) const {
    std::uint64_t memory = 0;
    store_element(line.dtype, &memory, 0, value, is_floating(from));
    return load_element(line.dtype, &memory, 0);
  }

  Element element(const TileLine& line, std::int64_t i) {
    if (line.kind == TileLine::Kind::constant) {
      return rounded(line.dtype, {line.number, static_cast<std::int64_t>(line.number)});
    }
    if (line.instruction == Instruction::random_uniform) {
      const auto* key = call_.in[static_cast<std::size_t>(line.source[0])].as<const std::int64_t>();
      return {uniform(key[0], key[1], i, line.dtype), 0};
    }
    std::array<Element, 3> in;
    const auto operands = static_cast<std::size_t>(arity(line.instruction));
    for (std::size_t k = 0; k < operands; ++k) in[k] = at(line.source[k], i);
    const DType from = dtype(line.source[operands == 3 ? 1 : 0]);
    if (line.instruction == Instruction::cast) return stored(line, in[0], from);
    return stored(line, apply(line.instruction, from, in[0], in[1], in[2]), from);
  }

  void reduce(const TileLine& line, Values& values) {
    Values totals(static_cast<std::size_t>(std::max<std::int64_t>(kept_count_, 1)), initial(line.reduction));
    for (std::int64_t i = 0; i < count_; ++i) {
      Element& total = totals[static_cast<std::size_t>(offset(program_.extents, kept_, i))];
      total = joined(line.reduction, total, at(line.source[0], i));
    }
    for (Element& total : totals) total = rounded(line.dtype, total);
    for (std::int64_t i = 0; i < count_; ++i) {
      values[static_cast<std::size_t>(i)] =
          totals[static_cast<std::size_t>(offset(program_.extents, kept_, i))];
    }
    if (count_ == 0) empty_ = totals;
  }

  void store(const TileOutput& output, const View& view) {
    const bool is_real = is_floating(view.type.dtype);
    if (count_ == 0) {  // sums over nothing still have elements
      for (std::int64_t i = 0, n = view.type.shape.elements(); i < n && !empty_.empty(); ++i) {
        store_element(view.type.dtype, view.data, i, empty_[0], is_real);
      }
      return;
    }
    for (std::int64_t i = 0; i < count_; ++i) {
      store_element(view.type.dtype, view.data, offset(program_.extents, output.strides, i),
                    at(output.value, i), is_real);
    }
  }

  const TileProgram& program_;
  const ReferenceCall& call_;
  std::int64_t count_ = 1, kept_count_ = 1;
  std::vector<std::int64_t> kept_;
  std::vector<Values> values_;
  std::vector<DType> dtypes_;
  Values empty_;
};

}  // namespace

void reference_fused(const FusedAttributes& attributes, const ReferenceCall& call) {
  const TileProgram program = tile_program(attributes);
  Interpreter(program, call).run();
}

}  // namespace luge
