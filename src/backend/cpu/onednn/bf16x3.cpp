#include "backend/cpu/onednn/bf16x3.h"

#include <fmt/format.h>

#include "backend/cpu/onednn/cost.h"

namespace luge::cpu::onednn {
namespace {

// The fewer terms, the less their errors cancel: with 128, activations times weights lose 3.5e-6 of Σ|a||b|.
constexpr double least_depth = 256;

}  // namespace

std::string offered_name(std::string_view op, Offered where) {
  return fmt::format("three products, {}{}", op, where == Offered::anywhere ? " anywhere" : "");
}

std::string refuse_three_products(const KernelRequest& request, Offered where, double depth) {
  if (request.math == Math::strict) return "math = strict forbids split products";
  if (where == Offered::with_amx && !has_amx()) return "split products pay with AMX alone";
  for (std::size_t k = 0; k < 2; ++k) {
    if (request.in[k].dtype != DType::f32)
      return fmt::format("splits f32, got {}", name(request.in[k].dtype));
  }
  if (depth < least_depth)
    return fmt::format("sums of {} terms are too short; {} or more average the rounding out", depth,
                       least_depth);
  return {};
}

double bf16x3_seconds(double flops, double packed, int threads) {
  constexpr double bytes = 4 + 6;  // read as float32, written as three bfloat16
  return seconds(DType::bf16, 3 * flops, 0.5, 0, threads) +
         seconds(DType::f32, 0, 1, packed * bytes, threads);
}

void Bf16x3s::run(const KernelCall& call) const {
  for (const SplitOperand& operand : operands_) {
    auto* to = reinterpret_cast<bfloat16*>(static_cast<char*>(call.scratch) + operand.packed.index);
    const auto* from = static_cast<const float*>(call.in[operand.input]);
    if (!bf16x3::pack(operand.runs, operand.order, from, to, threads_)) return whole_->run(call);
  }
  products_->run(call);
}

}  // namespace luge::cpu::onednn
