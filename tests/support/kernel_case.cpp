#include "support/kernel_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "backend/cpu/layout.h"
#include "backend/reference/instructions.h"

namespace luge::testing {
namespace {

std::vector<double> as_double(DType type, const void* data, std::int64_t count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < values.size(); ++k) {
    switch (type) {
      case DType::f32: values[k] = static_cast<const float*>(data)[k]; break;
      case DType::f64: values[k] = static_cast<const double*>(data)[k]; break;
      case DType::bf16: values[k] = static_cast<float>(static_cast<const bfloat16*>(data)[k]); break;
      case DType::u8: values[k] = static_cast<const std::uint8_t*>(data)[k]; break;
      case DType::i32: values[k] = static_cast<const std::int32_t*>(data)[k]; break;
      default: ADD_FAILURE() << "no such test data: " << name(type);
    }
  }
  return values;
}

void store(DType type, void* data, const std::vector<double>& values) {
  for (std::size_t k = 0; k < values.size(); ++k) {
    switch (type) {
      case DType::f32: static_cast<float*>(data)[k] = static_cast<float>(values[k]); break;
      case DType::f64: static_cast<double*>(data)[k] = values[k]; break;
      case DType::bf16: static_cast<bfloat16*>(data)[k] = bfloat16(static_cast<float>(values[k])); break;
      case DType::u8: static_cast<std::uint8_t*>(data)[k] = static_cast<std::uint8_t>(values[k]); break;
      case DType::i32: static_cast<std::int32_t*>(data)[k] = static_cast<std::int32_t>(values[k]); break;
      default: ADD_FAILURE() << "no such test data: " << name(type);
    }
  }
}

std::size_t plain_bytes(const Type& type) {
  return static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
}

Memory reordered(const Memory& memory, LayoutId from, LayoutId to, const Type& type) {
  Memory result(cpu_backend().bytes(to, type));
  if (from == to) {
    std::memcpy(result.data(), memory.data(), result.bytes());
    return result;
  }
  void* in[] = {memory.data()};
  void* out[] = {result.data()};
  Status status;
  cpu_backend().reorder(from, to, type)->run({in, out, nullptr, &status});
  return result;
}

void expect_zero_padding(const Memory& memory, LayoutId layout, const Type& type) {
  const cpu::Blocking blocking = cpu::blocking_of(layout, type);
  const auto padded = static_cast<std::size_t>(blocking.padded_elements());
  std::vector<bool> inside(padded);
  std::vector<std::int64_t> index(blocking.dims.size());
  for (std::int64_t k = 0; k < type.shape.elements(); ++k) {
    inside[static_cast<std::size_t>(blocking.offset(index.data()))] = true;
    for (std::size_t a = index.size(); a-- > 0 && ++index[a] == blocking.dims[a];) index[a] = 0;
  }
  const std::vector<double> values = as_double(type.dtype, memory.data(), static_cast<std::int64_t>(padded));
  for (std::size_t k = 0; k < padded; ++k) {
    if (inside[k]) continue;
    ASSERT_EQ(values[k], 0) << "padding at " << k << " of " << cpu::layout_name(layout);
  }
}

double instruction(const PostOp& post, double a, double b) {
  if (post.instruction == Instruction::relu) return a > 0 ? a : post.slope * a;
  return apply_real(post.instruction, a, b);
}

// One step per axis of `result` through an operand that is broadcast to it.
std::int64_t broadcast_index(const Shape& operand, const Shape& result, std::int64_t index) {
  std::int64_t position = 0, step = 1;
  for (int k = 1; k <= result.rank(); ++k) {
    const std::int64_t at = index % result[result.rank() - k];
    index /= result[result.rank() - k];
    if (k > operand.rank()) continue;
    const std::int64_t extent = operand[operand.rank() - k];
    if (extent != 1) position += at * step;
    step *= extent;
  }
  return position;
}

using Values = std::vector<std::vector<double>>;

/// The op's reference loop in float64, post-ops behind it.
Values oracle(const KernelCase& c, const Values& in, bool with_post) {
  std::size_t own = c.in.size();
  for (const PostOp& post : c.post) {
    if (post.operand >= 0) own = std::min(own, static_cast<std::size_t>(post.operand));
  }
  const auto wide = [](Type type) {
    if (is_floating(type.dtype)) type.dtype = f64;
    return type;
  };
  std::vector<View> inputs, outputs;
  std::vector<Memory> held;
  const auto view = [&](const Type& type, std::vector<View>& views) -> Memory& {
    held.emplace_back(plain_bytes(type));
    views.push_back({type, held.back().data()});
    return held.back();
  };
  held.reserve(16);
  for (std::size_t k = 0; k < own; ++k) {
    const Type type = wide(c.in[k]);
    store(type.dtype, view(type, inputs).data(), in[k]);
    if (c.op->traits().type_only >> k & 1) inputs.back().data = nullptr;
  }
  const std::vector<Type> out = c.out();
  for (const Type& type : out) view(wide(type), outputs);
  Status status;
  run_reference(*c.op, {inputs, outputs, &status});
  Values result;
  for (const View& v : outputs) result.push_back(as_double(v.type.dtype, v.data, v.type.shape.elements()));
  for (const PostOp& post : c.post) {
    if (!with_post) break;
    for (std::size_t k = 0; k < result[0].size(); ++k) {
      double b = 0;
      if (post.operand >= 0) {
        const auto operand = static_cast<std::size_t>(post.operand);
        b = in[operand][static_cast<std::size_t>(
            broadcast_index(c.in[operand].shape, out[0].shape, static_cast<std::int64_t>(k)))];
      }
      result[0][k] = instruction(post, result[0][k], b);
    }
  }
  return result;
}

// What the type can hold of random numbers in [-1, 1].
Values inputs_of(const KernelCase& c) {
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Values values;
  for (const Type& type : c.in) {
    std::vector<double> data(static_cast<std::size_t>(type.shape.elements()));
    for (double& value : data) value = c.ties ? std::round(uniform(engine) * 3) : uniform(engine);
    Memory rounded(plain_bytes(type));
    store(type.dtype, rounded.data(), data);
    values.push_back(as_double(type.dtype, rounded.data(), type.shape.elements()));
  }
  if (c.computed >= 0) {
    const KernelCase forward{c.computed_by, {c.in.back()}};
    values[static_cast<std::size_t>(c.computed)] = oracle(forward, {values.back()}, false)[1];
  }
  return values;
}

Values absolute(Values values) {
  for (auto& list : values) {
    for (double& value : list) value = std::abs(value);
  }
  return values;
}

}  // namespace

Memory::Memory(std::size_t bytes, int fill, std::size_t behind)
    : data_(std::aligned_alloc(64, (bytes + 63) / 64 * 64 + behind)),
      bytes_(bytes),
      end_((bytes + 63) / 64 * 64 + behind) {
  std::memset(data_, fill, bytes);
  std::memset(static_cast<char*>(data_) + bytes, guard, end_ - bytes);
}
bool Memory::kept() const {
  const auto* from = static_cast<const unsigned char*>(data_);
  return std::all_of(from + bytes_, from + end_, [](unsigned char byte) { return byte == guard; });
}
Memory::Memory(Memory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_), end_(other.end_) {}
Memory::~Memory() { std::free(data_); }

std::vector<Type> KernelCase::out() const {
  std::size_t own = in.size();
  for (const PostOp& p : post) {
    if (p.operand >= 0) own = std::min(own, static_cast<std::size_t>(p.operand));
  }
  Types own_types;
  for (std::size_t k = 0; k < own; ++k) own_types.push_back(in[k]);
  const Types types = op->infer(own_types);
  return {types.begin(), types.end()};
}

Offer KernelCase::offer(const Kernel& kernel) const {
  const std::vector<Type> outputs = out();
  std::vector<LayoutId> in_layouts = layouts;
  in_layouts.resize(in.size(), public_layout);
  std::vector<bool> used = out_used;
  used.resize(outputs.size(), true);
  return kernel.offer({*op, in, outputs, in_layouts, used, post, math, threads});
}

KernelTrial::KernelTrial(const KernelCase& c)
    : case_(c),
      values_(inputs_of(c)),
      expected_(oracle(c, values_, true)),
      scale_(oracle(c, absolute(values_), false)) {}

double run_case(const KernelCase& c, const Offer& offer) { return KernelTrial(c).error(offer); }

double KernelTrial::error(const Offer& offer) const {
  const KernelCase& c = case_;
  const std::vector<Type> out = c.out();
  std::vector<Memory> inputs, outputs;
  std::vector<void*> in_pointers, out_pointers;
  for (std::size_t k = 0; k < c.in.size(); ++k) {
    const LayoutId wanted = k < offer.in_layouts.size() ? offer.in_layouts[k] : public_layout;
    Memory plain(plain_bytes(c.in[k]));
    store(c.in[k].dtype, plain.data(), values_[k]);
    inputs.push_back(reordered(plain, public_layout, wanted == any_layout ? public_layout : wanted, c.in[k]));
    in_pointers.push_back(c.op->traits().type_only >> k & 1 ? nullptr : inputs.back().data());
  }
  for (std::size_t k = 0; k < out.size(); ++k) {
    const LayoutId layout = k < offer.out_layouts.size() ? offer.out_layouts[k] : public_layout;
    outputs.emplace_back(cpu_backend().bytes(layout, out[k]));
    const bool used = k >= c.out_used.size() || c.out_used[k];
    out_pointers.push_back(used ? outputs.back().data() : nullptr);
  }
  const Memory scratch(offer.scratch, 0xff, std::size_t{1} << 18);
  Status status;
  for (int twice = 0; twice < 2; ++twice) {  // a call leaves nothing behind that changes the next
    offer.kernel->run({in_pointers.data(), out_pointers.data(), scratch.data(), &status});
  }
  EXPECT_FALSE(status.failed());
  for (const Memory& memory : inputs) EXPECT_TRUE(memory.kept()) << "wrote behind an input";
  for (const Memory& memory : outputs) EXPECT_TRUE(memory.kept()) << "wrote behind an output";
  EXPECT_TRUE(scratch.kept()) << "wrote behind its scratch";

  double worst = 0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    if (!out_pointers[k]) continue;
    const LayoutId layout = k < offer.out_layouts.size() ? offer.out_layouts[k] : public_layout;
    expect_zero_padding(outputs[k], layout, out[k]);
    const Memory plain = reordered(outputs[k], layout, public_layout, out[k]);
    const std::vector<double> got = as_double(out[k].dtype, plain.data(), out[k].shape.elements());
    if (!is_floating(out[k].dtype)) {
      EXPECT_EQ(got, expected_[k]) << "output " << k;
      continue;
    }
    double largest = 1e-30, error = 0;
    for (const double value : scale_[k]) largest = std::max(largest, value);
    // A post-op may add more than there was; the result is rounded to its own size.
    for (const double value : expected_[k]) {
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    }
    for (std::size_t e = 0; e < got.size(); ++e) {
      const double difference = std::abs(got[e] - expected_[k][e]);
      error = std::max(error, std::isnan(difference) ? HUGE_VAL : difference);
    }
    worst = std::max(worst, error / largest);
  }
  return worst;
}

const Kernel* find_kernel(std::string_view op, std::string_view name) {
  for (const Kernel* kernel : cpu_backend().candidates(op)) {
    if (kernel->name() == name) return kernel;
  }
  return nullptr;
}

std::vector<std::string> check_candidates(const KernelCase& c, double bound, double winograd_bound) {
  std::vector<std::string> accepted;
  for (const Kernel* kernel : cpu_backend().candidates(c.op->name())) {
    if (kernel->name().find("reference") != std::string_view::npos) continue;
    const Offer offer = c.offer(*kernel);
    if (!offer.accepted()) continue;
    const bool winograd = offer.note.find("wino") != std::string::npos;
    const double error = run_case(c, offer);
    accepted.push_back(std::string(kernel->name()) + ": " + offer.note);
    EXPECT_LE(error, winograd ? winograd_bound : bound) << accepted.back() << " of " << c.in[0].to_string();
    EXPECT_GT(offer.cost, 0) << accepted.back();
  }
  return accepted;
}

}  // namespace luge::testing
