// Float32 products as three bfloat16 ones: x = hi + lo, a·b ≈ hi·hi + lo·hi + hi·lo, summed in float32. Each
// candidate packs its operands, and keeps a float32 kernel for operands whose halves are not finite. The
// decision pages give the error.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "backend/cpu/bf16x3/split.h"
#include "backend/cpu/onednn/prepared.h"

namespace luge::cpu::onednn {

/// Where a candidate is offered: on processors with AMX, or anywhere (tests, by emulation).
enum class Offered : std::uint8_t { with_amx, anywhere };
std::unique_ptr<Kernel> bf16x3_matmul(Offered where);
std::unique_ptr<Kernel> bf16x3_conv(Offered where);
std::unique_ptr<Kernel> bf16x3_conv_backward_data(Offered where);

/// Candidates of both kinds are different ones.
std::string offered_name(std::string_view op, Offered where);
/// Why three products are not for this request; empty when they are. `depth`: terms of each sum.
std::string refuse_three_products(const KernelRequest& request, Offered where, double depth);
/// What the three products take, packing included; `packed`: numbers split before.
double bf16x3_seconds(double flops, double packed, int threads);

/// An operand to be split, and where in scratch its three parts go.
struct SplitOperand {
  std::size_t input;
  bf16x3::Order order;
  bf16x3::Runs runs;
  MemorySource packed;
};

class Bf16x3s final : public PreparedKernel {
 public:
  Bf16x3s(std::array<SplitOperand, 2> operands, std::shared_ptr<const PreparedKernel> products,
          std::shared_ptr<const PreparedKernel> whole, int threads)
      : operands_(operands), products_(std::move(products)), whole_(std::move(whole)), threads_(threads) {}
  void run(const KernelCall& call) const override;

 private:
  std::array<SplitOperand, 2> operands_;
  std::shared_ptr<const PreparedKernel> products_, whole_;
  int threads_;
};

}  // namespace luge::cpu::onednn
