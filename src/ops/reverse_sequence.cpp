// reverse_sequence: the steps of each sequence in reverse order, as far as its length goes (ONNX
// ReverseSequence). check_lengths: the lengths themselves, which stop the program where they do not fit.
#include <fmt/format.h>

#include <cstring>

#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/sequence.h"
#include "ops/checks.h"
#include "ops/element.h"

namespace luge {
namespace {

void check_lengths_of(std::string_view op, const Type& length, const Type& x, int batch) {
  check_integer(op, length);
  check_rank(op, "lengths", length, 1);
  check_extent(op, "lengths", length, 0, x.shape[batch]);
}

[[noreturn]] void fail_length(std::string_view op, const KernelError& error) {
  throw IndexError(
      fmt::format("{}: the length of sequence {} is {}; expected 0 to {}, the extent of the axis", op,
                  error.position, error.value.to_string(), error.limit));
}

struct ReverseAttributes {
  std::int64_t axis = 1, batch = 0;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("batch", self.batch);
  }
};

struct ReverseSequence : Op<ReverseSequence, ReverseAttributes> {  // inputs: x, length
  static constexpr auto name = "reverse_sequence";
  static constexpr Traits traits{.can_fail = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    const int rank = in[0].shape.rank(), along = check_axis(name, axis, rank);
    const int sequences = check_axis(name, batch, rank);
    if (along == sequences) {
      throw ShapeError(fmt::format("{}: axis {} is that of the steps and that of the sequences; expected two",
                                   name, along));
    }
    check_lengths_of(name, in[1], in[0], sequences);
    return {in[0]};
  }
  Tensors gradient(const GradientCall& c) const {
    return {make<ReverseSequence>(*this, c.g[0], c.in[1]), Tensor()};
  }
  void reference(const ReferenceCall& call) const {
    const Shape& shape = call.in[0].type.shape;
    const int along = static_cast<int>(axis), sequences = static_cast<int>(batch);
    const bool time_last = along > sequences;
    const int first = time_last ? sequences : along, second = time_last ? along : sequences;
    const std::int64_t outer = product(name, shape, 0, first),
                       middle = product(name, shape, first + 1, second),
                       inner = product(name, shape, second + 1, shape.rank()), steps = shape[along];
    const auto bytes = static_cast<std::size_t>(inner) * size_of(call.in[0].type.dtype);
    const auto* length = call.in[1].as<const std::int64_t>();
    for (std::int64_t n = 0; n < shape[sequences]; ++n) {
      if (length[n] < 0 || length[n] > steps) {
        call.status->record({n, length[n], steps});
        return;
      }
    }
    const auto row = [&](std::int64_t o, std::int64_t i, std::int64_t m, std::int64_t j) {
      return static_cast<std::size_t>(((o * shape[first] + i) * middle + m) * shape[second] + j) * bytes;
    };
    const auto* x = call.in[0].as<const std::byte>();
    auto* y = call.out[0].as<std::byte>();
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < shape[first]; ++i) {
        for (std::int64_t m = 0; m < middle; ++m) {
          for (std::int64_t j = 0; j < shape[second]; ++j) {
            const std::int64_t step = time_last ? j : i, counted = length[time_last ? i : j];
            const std::int64_t from = step < counted ? counted - 1 - step : step;
            std::memcpy(y + row(o, i, m, j), x + (time_last ? row(o, i, m, from) : row(o, from, m, j)),
                        bytes);
          }
        }
      }
    }
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const { fail_length(name, error); }
};
const Registered<ReverseSequence> registered_reverse_sequence;

struct CheckLengths : Op<CheckLengths, ReverseAttributes> {  // inputs: length, like
  static constexpr auto name = "check_lengths";
  static constexpr Traits traits{.type_only = 1u << 1, .can_fail = true};
  static constexpr auto no_gradient = "its result is integer";

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_axis(name, axis, in[1].shape.rank());
    check_lengths_of(name, in[0], in[1], 0);
    return {in[0]};
  }
  void reference(const ReferenceCall& call) const {
    const std::int64_t steps = call.in[1].type.shape[static_cast<int>(axis)];
    for_integer(call.in[0].type.dtype, [&]<class T>() {
      const T* length = call.in[0].as<const T>();
      T* y = call.out[0].as<T>();
      for (std::int64_t n = 0, count = call.in[0].type.shape.elements(); n < count; ++n) {
        const auto value = static_cast<std::int64_t>(length[n]);
        if (value < 0 || value > steps) call.status->record({n, value, steps});
        if (y) y[n] = length[n];
      }
    });
  }
  [[noreturn]] void fail(const KernelError& error, std::string_view) const { fail_length("lengths", error); }
};
const Registered<CheckLengths> registered_check;

}  // namespace

Tensor reverse_sequence(const Tensor& x, const Tensor& length, const ReverseSequenceOptions& options) {
  const std::string_view op = ReverseSequence::name;
  check_integer(op, {length.dtype(), length.shape()});
  return make<ReverseSequence>(
      {check_axis(op, options.axis, x.rank()), check_axis(op, options.batch_axis, x.rank())}, x,
      cast(length, i64));
}

Tensor check_lengths(const Tensor& length, const Tensor& like, int axis) {
  return make<CheckLengths>({check_axis(CheckLengths::name, axis, like.rank()), 0}, length, like);
}

}  // namespace luge
