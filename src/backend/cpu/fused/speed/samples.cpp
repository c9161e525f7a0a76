#include "backend/cpu/fused/speed/samples.h"

namespace luge::cpu::fused {
namespace {

using enum Instruction;

// A program written line by line over a matrix (or a row); lines give the numbers of their values.
class SampleWriter {
 public:
  SampleWriter(std::string name, std::vector<std::int64_t> extents, std::uint32_t reduced = 0) {
    result_.name = std::move(name);
    result_.program.extents = std::move(extents);
    result_.program.reduced = reduced;
  }
  /// Operands come before lines. Along an axis whose bit is set they stay the same.
  int operand(std::uint32_t still = 0, DType dtype = f32) {
    result_.program.operands.push_back(strides(still));
    result_.in.push_back(dtype);
    return values_++;
  }
  int number() { return operand(~0u); }
  int map(Instruction instruction, int a, int b = -1, int c = -1, DType dtype = f32) {
    result_.program.lines.push_back({.instruction = instruction, .dtype = dtype, .source = {a, b, c}});
    return values_++;
  }
  int constant(double value) {
    result_.program.lines.push_back({.kind = TileLine::Kind::constant, .dtype = f32, .number = value});
    return values_++;
  }
  int reduce(TileReduction reduction, int a) {
    result_.program.lines.push_back(
        {.kind = TileLine::Kind::reduce, .reduction = reduction, .dtype = f32, .source = {a, -1, -1}});
    return values_++;
  }
  int sum(int a) { return reduce(TileReduction::sum, a); }
  void output(int value, std::uint32_t still = 0, DType dtype = f32) {
    std::vector<std::int64_t> shape;
    for (std::size_t axis = 0; axis < extents().size(); ++axis) {
      if ((still >> axis & 1) == 0) shape.push_back(extents()[axis]);
    }
    result_.program.outputs.push_back(
        {value, {dtype, Shape(std::span<const std::int64_t>(shape))}, strides(still)});
  }
  Sample finish(int reads, int writes, int in_place = 0, double bytes = 4) {
    result_.reads = reads;
    result_.writes = writes;
    result_.in_place = in_place;
    result_.bytes = bytes;
    return std::move(result_);
  }

 private:
  const std::vector<std::int64_t>& extents() const { return result_.program.extents; }
  std::vector<std::int64_t> strides(std::uint32_t still) const {
    std::vector<std::int64_t> result(extents().size(), 0);
    std::int64_t step = 1;
    for (std::size_t axis = extents().size(); axis-- > 0;) {
      if (still >> axis & 1) continue;
      result[axis] = step;
      step *= extents()[axis];
    }
    return result;
  }
  Sample result_;
  int values_ = 0;
};

constexpr std::uint32_t kRows = 1, kColumns = 2;  // axes that stay the same

void add_chains(std::vector<Sample>& cases, std::int64_t n, std::int64_t rows, std::int64_t columns) {
  {
    SampleWriter w("add", {n});
    const int a = w.operand(), b = w.operand();
    w.output(w.map(add, a, b));
    cases.push_back(w.finish(2, 1));
  }
  {
    SampleWriter w("chain of 4", {n});
    const int x = w.operand(), y = w.operand(), s = w.number();
    w.output(w.map(relu, w.map(add, w.map(mul, w.map(sub, x, y), s), y)));
    cases.push_back(w.finish(2, 1));
  }
  {
    SampleWriter w("bias + relu", {rows, columns});
    const int x = w.operand(), bias = w.operand(kRows);
    w.output(w.map(relu, w.map(add, x, bias)));
    cases.push_back(w.finish(1, 1));
  }
  {
    SampleWriter w("relu mask", {n});
    const int g = w.operand(), y = w.operand();
    w.output(w.map(relu_mask, g, y));
    cases.push_back(w.finish(2, 1));
  }
  {
    SampleWriter w("dropout", {n});
    const int x = w.operand(), key = w.operand(~0u, i64), keep = w.number();
    const int zero = w.constant(0);
    const int drawn = w.map(less, w.map(random_uniform, key), keep, -1, boolean);
    w.output(w.map(select, drawn, w.map(div, x, keep), zero));
    cases.push_back(w.finish(1, 1));
  }
  for (Instruction instruction : {exp, tanh, sigmoid, log}) {
    SampleWriter w(std::string(name(instruction)), {n});
    w.output(w.map(instruction, w.operand()));
    cases.push_back(w.finish(1, 1));
  }
  {
    SampleWriter w("gelu", {n});
    const int x = w.operand(), root = w.constant(0.70710678), half = w.constant(0.5), one = w.constant(1);
    w.output(w.map(mul, w.map(mul, x, half), w.map(add, w.map(erf, w.map(mul, x, root)), one)));
    cases.push_back(w.finish(1, 1));
  }
}

void add_rows(std::vector<Sample>& cases, std::int64_t rows, std::int64_t columns) {
  {
    SampleWriter w("softmax", {rows, columns}, kColumns);
    const int x = w.operand();
    const int e = w.map(exp, w.map(sub, x, w.reduce(TileReduction::max, x)));
    w.output(w.map(div, e, w.sum(e)));
    cases.push_back(w.finish(1, 1));
  }
  {
    SampleWriter w("softmax backward", {rows, columns}, kColumns);
    const int y = w.operand(), g = w.operand();
    w.output(w.map(mul, y, w.map(sub, g, w.sum(w.map(mul, y, g)))));
    cases.push_back(w.finish(2, 1));
  }
  {
    SampleWriter w("cross-entropy", {rows, columns}, kColumns);
    const int x = w.operand(), t = w.operand();
    const int centered = w.map(sub, x, w.reduce(TileReduction::max, x));
    const int size = w.map(log, w.sum(w.map(exp, centered)));
    w.output(w.sum(w.map(mul, t, w.map(sub, centered, size))), kColumns);
    cases.push_back(w.finish(2, 0));
  }
  {
    SampleWriter w("cross-entropy backward", {rows, columns}, kColumns);
    const int x = w.operand(), t = w.operand(), size = w.operand(kColumns), scale = w.number();
    w.output(w.map(mul, w.map(sub, w.map(exp, w.map(sub, x, size)), t), scale));
    Sample c = w.finish(2, 1);
    c.program.reduced = 0;
    cases.push_back(std::move(c));
  }
  {
    SampleWriter w("layer norm", {rows, columns}, kColumns);
    const int x = w.operand(), gain = w.operand(kRows), shift = w.operand(kRows);
    const int count = w.constant(static_cast<double>(columns)), epsilon = w.constant(1e-5);
    const int centered = w.map(sub, x, w.map(div, w.sum(x), count));
    const int inverse = w.map(rsqrt, w.map(add, w.map(div, w.sum(w.map(square, centered)), count), epsilon));
    w.output(w.map(add, w.map(mul, w.map(mul, centered, inverse), gain), shift));
    w.output(inverse, kColumns);
    cases.push_back(w.finish(1, 1));
  }
  {
    SampleWriter w("layer norm backward", {rows, columns}, kColumns);
    const int y = w.operand(), g = w.operand(), inverse = w.operand(kColumns);
    const int count = w.constant(static_cast<double>(columns));
    const int mean = w.map(div, w.sum(g), count), along = w.map(div, w.sum(w.map(mul, g, y)), count);
    w.output(w.map(mul, inverse, w.map(sub, w.map(sub, g, mean), w.map(mul, y, along))));
    cases.push_back(w.finish(2, 1));
  }
}

void add_sums(std::vector<Sample>& cases, std::int64_t n, std::int64_t rows, std::int64_t columns) {
  {
    SampleWriter w("sum of rows", {rows, columns}, kColumns);
    w.output(w.sum(w.operand()), kColumns);
    cases.push_back(w.finish(1, 0));
  }
  {
    SampleWriter w("sum of columns", {rows, columns}, kRows);
    w.output(w.sum(w.operand()), kRows);
    cases.push_back(w.finish(1, 0));
  }
  {
    SampleWriter w("relu mask + bias sum", {rows, columns}, kRows);
    const int g = w.operand(), y = w.operand(), masked = w.map(relu_mask, g, y);
    w.output(masked);
    w.output(w.sum(masked), kRows);
    cases.push_back(w.finish(2, 1));
  }
  {
    SampleWriter w("norm of all", {n}, 1);
    const int x = w.operand();
    w.output(w.sum(w.map(square, x)), 1);
    cases.push_back(w.finish(1, 0));
  }
}

void add_updates(std::vector<Sample>& cases, std::int64_t n) {
  {
    SampleWriter w("adam", {n});
    const int p = w.operand(), m = w.operand(), v = w.operand(), g = w.operand();
    const int b1 = w.number(), b2 = w.number(), rate = w.number(), correction = w.number(),
              epsilon = w.number();
    const int m2 = w.map(add, g, w.map(mul, w.map(sub, m, g), b1));
    const int g2 = w.map(square, g);
    const int v2 = w.map(add, g2, w.map(mul, w.map(sub, v, g2), b2));
    const int deviation = w.map(add, w.map(mul, w.map(sqrt, v2), correction), epsilon);
    w.output(w.map(sub, p, w.map(div, w.map(mul, rate, m2), deviation)));
    w.output(m2);
    w.output(v2);
    cases.push_back(w.finish(4, 3, 3));
  }
  {
    SampleWriter w("momentum", {n});
    const int p = w.operand(), m = w.operand(), g = w.operand();
    const int decay = w.number(), keep = w.number(), rate = w.number();
    const int m2 = w.map(add, w.map(mul, m, keep), w.map(add, g, w.map(mul, p, decay)));
    w.output(w.map(sub, p, w.map(mul, m2, rate)));
    w.output(m2);
    cases.push_back(w.finish(3, 2, 2));
  }
  {
    SampleWriter w("f32 to bf16", {n});
    w.output(w.map(cast, w.operand(), -1, -1, bf16), 0, bf16);
    cases.push_back(w.finish(1, 1, 0, 3));  // 4 and 2 bytes
  }
  {
    SampleWriter w("bf16 to f32", {n});
    w.output(w.map(cast, w.operand(0, bf16)));
    cases.push_back(w.finish(1, 1, 0, 3));
  }
}

}  // namespace

std::vector<Sample> samples(std::int64_t elements, std::int64_t columns) {
  const std::int64_t rows = elements / columns;
  std::vector<Sample> cases;
  add_chains(cases, elements, rows, columns);
  add_rows(cases, rows, columns);
  add_sums(cases, elements, rows, columns);
  add_updates(cases, elements);
  return cases;
}

}  // namespace luge::cpu::fused
