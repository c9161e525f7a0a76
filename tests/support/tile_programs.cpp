#include "support/tile_programs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <new>
#include <random>

#include "backend/reference/instructions.h"

namespace luge::testing {
namespace {

std::vector<std::int64_t> dense(const std::vector<std::int64_t>& extents, std::uint32_t without) {
  std::vector<std::int64_t> strides(extents.size(), 0);
  std::int64_t step = 1;
  for (std::size_t axis = extents.size(); axis-- > 0;) {
    if (without >> axis & 1) continue;
    strides[axis] = step;
    step *= extents[axis];
  }
  return strides;
}

Shape shape_of(const std::vector<std::int64_t>& extents, std::uint32_t without) {
  std::vector<std::int64_t> kept;
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    if (!(without >> axis & 1)) kept.push_back(extents[axis]);
  }
  return Shape(std::span<const std::int64_t>(kept));
}

TileLine map(Instruction instruction, DType dtype, int a, int b = -1, int c = -1) {
  return {.instruction = instruction, .dtype = dtype, .source = {a, b, c}};
}
TileLine reduce(TileReduction reduction, DType dtype, int a) {
  return {.kind = TileLine::Kind::reduce, .reduction = reduction, .dtype = dtype, .source = {a, -1, -1}};
}

std::int64_t elements_of(const std::vector<std::int64_t>& extents, const std::vector<std::int64_t>& strides) {
  std::int64_t last = 0;
  for (std::size_t axis = 0; axis < extents.size(); ++axis)
    last += std::max<std::int64_t>(extents[axis] - 1, 0) * strides[axis];
  return last + 1;
}

// Memory that ends where the machine allows no further byte, so that a kernel that reads or writes behind it
// dies.
class Guarded {
 public:
  explicit Guarded(std::size_t bytes) : bytes_(bytes) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    mapped_ = (bytes + page - 1) / page * page + page;
    void* memory = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    start_ = static_cast<std::byte*>(memory);
    mprotect(start_ + mapped_ - page, page, PROT_NONE);
    data_ = start_ + mapped_ - page - bytes;
  }
  ~Guarded() { munmap(start_, mapped_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  std::byte* data() { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_, mapped_;
  std::byte *start_, *data_;
};

}  // namespace

Inputs::Inputs(const TileProgram& program, const std::vector<DType>& dtypes, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  for (std::size_t k = 0; k < dtypes.size(); ++k) {
    const bool is_key = std::any_of(program.lines.begin(), program.lines.end(), [&](const TileLine& line) {
      return line.instruction == Instruction::random_uniform && line.source[0] == static_cast<int>(k);
    });
    const std::int64_t count = is_key ? 2 : elements_of(program.extents, program.operands[k]);
    types.push_back({dtypes[k], {count}});
    memory.emplace_back(static_cast<std::size_t>(count) * size_of(dtypes[k]));
    for (std::int64_t i = 0; i < count; ++i) {
      const double real = normal(random) * 2;
      const auto whole = static_cast<std::int64_t>(std::lround(real * 20));
      store_element(dtypes[k], memory[k].data(), i, {real, whole}, is_floating(dtypes[k]));
    }
  }
}

void Inputs::make_positive(std::size_t k) {
  for (std::int64_t i = 0; i < types[k].shape[0]; ++i) {
    const Element value = load_element(types[k].dtype, memory[k].data(), i);
    store_element(types[k].dtype, memory[k].data(), i, {std::abs(value.real), std::abs(value.whole)},
                  is_floating(types[k].dtype));
  }
}

Prepared::Prepared(const TileProgram& program, const Inputs& inputs, int threads) {
  const OpRef op = fused_op(program);
  for (const TileOutput& output : program.outputs) out_.push_back(output.type);
  const std::vector<LayoutId> layouts(inputs.types.size(), public_layout);
  const KernelRequest request{*op, inputs.types, out_,   layouts, std::vector<bool>(out_.size(), true),
                              {},  Math::fast,   threads};
  offer = cpu_backend().candidates("fused").back()->offer(request);
}

Outputs Prepared::run(const Inputs& inputs, const std::vector<std::pair<int, int>>& in_place) const {
  std::deque<Guarded> in_memory, out_memory;
  std::vector<void*> in, out;
  for (const auto& bytes : inputs.memory) {
    std::copy(bytes.begin(), bytes.end(), in_memory.emplace_back(bytes.size()).data());
    in.push_back(in_memory.back().data());
  }
  for (const Type& type : out_) {
    out_memory.emplace_back(static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype));
    std::fill_n(out_memory.back().data(), out_memory.back().bytes(), std::byte{0x5a});
    out.push_back(out_memory.back().data());
  }
  for (const auto& [input, output] : in_place) {
    const auto& bytes = inputs.memory[static_cast<std::size_t>(input)];
    std::copy(bytes.begin(), bytes.end(), out_memory[static_cast<std::size_t>(output)].data());
    in[static_cast<std::size_t>(input)] = out[static_cast<std::size_t>(output)];
  }
  std::vector<std::byte> scratch(offer.scratch + 64);
  void* aligned = scratch.data();
  std::size_t room = scratch.size();
  std::align(64, offer.scratch, aligned, room);
  Status status;
  offer.kernel->run({in.data(), out.data(), aligned, &status});
  Outputs outputs;
  for (Guarded& memory : out_memory) outputs.emplace_back(memory.data(), memory.data() + memory.bytes());
  return outputs;
}

Outputs run_interpreter(const TileProgram& program, const Inputs& inputs) {
  Outputs outputs;
  std::vector<View> in, out;
  for (std::size_t k = 0; k < inputs.types.size(); ++k) {
    in.push_back({inputs.types[k], const_cast<std::byte*>(inputs.memory[k].data())});
  }
  for (const TileOutput& output : program.outputs) {
    outputs.emplace_back(static_cast<std::size_t>(output.type.shape.elements()) * size_of(output.type.dtype));
  }
  for (std::size_t k = 0; k < outputs.size(); ++k)
    out.push_back({program.outputs[k].type, outputs[k].data()});
  run_reference(*fused_op(program), {in, out, nullptr});
  return outputs;
}

void expect_equal_to_reference(const TileProgram& program, const Inputs& inputs, double tolerance,
                               const std::string& what) {
  const Outputs expected = run_interpreter(program, inputs);
  const Prepared prepared(program, inputs, 1);
  ASSERT_TRUE(prepared.offer.accepted()) << what << ": " << prepared.offer.refusal;
  const Outputs given = prepared.run(inputs, {});
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const Type& type = program.outputs[k].type;
    for (std::int64_t i = 0, count = type.shape.elements(); i < count; ++i) {
      const Element want = load_element(type.dtype, expected[k].data(), i);
      const Element have = load_element(type.dtype, given[k].data(), i);
      if (!is_floating(type.dtype)) {
        ASSERT_EQ(have.whole, want.whole)
            << what << ", output " << k << ", element " << i << ", " << prepared.offer.note;
      } else if (std::isnan(want.real) || std::isinf(want.real) || want.real == have.real) {
        ASSERT_TRUE(have.real == want.real || (std::isnan(have.real) && std::isnan(want.real)))
            << what << ": " << have.real << " for " << want.real << ", element " << i << ", "
            << prepared.offer.note;
      } else {
        ASSERT_NEAR(have.real, want.real, tolerance * std::max(1.0, std::abs(want.real)))
            << what << ", output " << k << ", element " << i << ", " << prepared.offer.note;
      }
    }
  }
}

std::vector<DType> operand_types(const TileProgram& program, Instruction instruction, DType dtype) {
  std::vector<DType> types(program.operands.size(), dtype);
  if (instruction == Instruction::select) types[0] = boolean;
  return types;
}

double tolerance_of(Instruction instruction, DType dtype) {
  if (!is_floating(dtype)) return 0;
  const double step = dtype == f64 ? 0x1p-52 : dtype == f32 ? 0x1p-23 : dtype == f16 ? 0x1p-10 : 0x1p-7;
  using enum Instruction;
  if (instruction == rsqrt) return 2 * step;
  if (instruction == mod || instruction == remainder || instruction == floor_divide) return step;
  if (row(instruction).cost == InstructionCost::function) return 4 * step;
  return dtype == bf16 || dtype == f16 ? step : 0;  // rounded twice by way of f32
}

std::string describe(const TileProgram& program) {
  return fmt::format("[{}] reduced {:b}", fmt::join(program.extents, ","), program.reduced);
}

TileProgram random_program(DType dtype, const std::vector<std::int64_t>& extents) {
  TileProgram program;
  program.extents = extents;
  program.operands = {std::vector<std::int64_t>(extents.size(), 0), dense(extents, 0)};
  program.operands[1][0] = 0;  // broadcast, so that not all axes fall together
  program.lines = {map(Instruction::random_uniform, dtype, 0), map(Instruction::mul, dtype, 2, 1)};
  program.outputs = {{2, {dtype, shape_of(extents, 0)}, dense(extents, 0)},
                     {3, {dtype, shape_of(extents, 0)}, dense(extents, 0)}};
  return program;
}

TileProgram reduction_program(TileReduction reduction, DType dtype, const std::vector<std::int64_t>& extents,
                              std::uint32_t reduced) {
  TileProgram program;
  program.extents = extents;
  program.reduced = reduced;
  program.operands = {dense(extents, 0)};
  const bool shrinks = reduction == TileReduction::prod && is_floating(dtype);
  if (shrinks) {  // products of many numbers stay near 1
    program.lines = {map(Instruction::tanh, dtype, 0),
                     {.kind = TileLine::Kind::constant, .dtype = dtype, .number = 1e-3},
                     map(Instruction::mul, dtype, 1, 2),
                     {.kind = TileLine::Kind::constant, .dtype = dtype, .number = 1},
                     map(Instruction::add, dtype, 3, 4),
                     reduce(reduction, dtype, 5)};
  } else {
    program.lines = {map(Instruction::neg, dtype, 0), reduce(reduction, dtype, 1)};
  }
  program.outputs = {{shrinks ? 6 : 2, {dtype, shape_of(extents, reduced)}, dense(extents, reduced)}};
  return program;
}

TileProgram softmax_program(DType dtype, const std::vector<std::int64_t>& extents, std::uint32_t reduced) {
  TileProgram program;
  program.extents = extents;
  program.reduced = reduced;
  program.operands = {dense(extents, 0)};
  program.lines = {reduce(TileReduction::max, dtype, 0), map(Instruction::sub, dtype, 0, 1),
                   map(Instruction::exp, dtype, 2),      reduce(TileReduction::sum, dtype, 3),
                   map(Instruction::div, dtype, 3, 4),   map(Instruction::log, dtype, 4),
                   map(Instruction::sub, dtype, 2, 6)};
  const Shape full = shape_of(extents, 0);
  program.outputs = {{5, {dtype, full}, dense(extents, 0)},
                     {7, {dtype, full}, dense(extents, 0)},
                     {6, {dtype, shape_of(extents, reduced)}, dense(extents, reduced)}};
  return program;
}

TileProgram adam_program(std::int64_t count) {
  using enum Instruction;
  TileProgram program;
  program.extents = {count};
  program.operands = {{1}, {1}, {1}, {1}, {0}, {0}, {0}, {0}};  // p m v g rate beta1 beta2 epsilon
  program.lines = {
      map(sub, f32, 1, 3),   map(mul, f32, 8, 5),  map(add, f32, 3, 9),  // m' = g + (m - g)·beta1
      map(square, f32, 3),   map(sub, f32, 2, 11), map(mul, f32, 12, 6), map(add, f32, 11, 13),
      map(abs, f32, 14),     map(sqrt, f32, 15),   map(abs, f32, 7),     map(add, f32, 16, 17),
      map(div, f32, 10, 18), map(mul, f32, 19, 4), map(sub, f32, 0, 20)};
  for (int value : {21, 10, 14}) program.outputs.push_back({value, {f32, {count}}, {1}});
  return program;
}

TileProgram swap_program(std::int64_t count) {
  TileProgram program;
  program.extents = {count};
  program.operands = {{1}, {1}};
  program.lines = {map(Instruction::add, f32, 0, 0), map(Instruction::add, f32, 1, 1),
                   map(Instruction::add, f32, 1, 2), map(Instruction::add, f32, 0, 3)};
  program.outputs = {{4, {f32, {count}}, {1}}, {5, {f32, {count}}, {1}}};
  return program;
}

std::vector<std::pair<std::vector<std::int64_t>, std::uint32_t>> reduced_spaces() {
  return {{{1}, 1},           {{17}, 1},          {{5000}, 1},       {{70000}, 1},   {{3, 17}, 2},
          {{64, 10}, 2},      {{7, 3000}, 2},     {{64, 128}, 1},    {{3, 17}, 1},   {{300, 1500}, 1},
          {{4, 3, 5, 7}, 13}, {{9, 4, 49}, 5},    {{20, 2, 784}, 5}, {{3, 5, 7}, 2}, {{3, 5, 7}, 1},
          {{4, 1, 6}, 2},     {{2, 3, 4, 5}, 10}, {{1, 1}, 3},       {{0, 3}, 2},    {{3000, 3}, 1}};
}

}  // namespace luge::testing
