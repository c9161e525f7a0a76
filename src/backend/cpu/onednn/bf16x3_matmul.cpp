// Matrix products of float32 over tripled inner extents.
#include <numeric>

#include "backend/cpu/onednn/bf16x3.h"
#include "backend/cpu/onednn/matmul.h"

namespace luge::cpu::onednn {
namespace {

enum class Factor : std::uint8_t { left, right };

memory::dim& inner(MatmulSide& side, Factor factor) {
  return side.dims[side.dims.size() - (factor == Factor::left ? 1 : 2)];
}

// In memory the inner axis is the last one, or its rows lie one after the other.
bf16x3::Runs runs_of(MatmulSide side, Factor factor) {
  const memory::dim depth = inner(side, factor);
  const memory::dim all =
      std::accumulate(side.dims.begin(), side.dims.end(), memory::dim{1}, std::multiplies<>());
  const memory::dim matrix = side.dims.back() * side.dims[side.dims.size() - 2];
  const memory::dim run = (factor == Factor::left) != side.flipped ? depth : matrix;
  return {all / run, run};
}

MatmulSide tripled(MatmulSide side, Factor factor) {
  inner(side, factor) *= 3;
  return side;
}

class Bf16x3Matmul final : public OneDnnKernel<MatmulAttributes> {
 public:
  explicit Bf16x3Matmul(Offered where) : OneDnnKernel(offered_name("matmul", where)), where_(where) {}

 protected:
  Offer make(const MatmulAttributes& attributes, const KernelRequest& r) const override {
    const MatmulProblem problem(attributes, r);
    if (std::string reason = refuse_three_products(r, where_, static_cast<double>(problem.depth()));
        !reason.empty())
      return refuse(std::move(reason));
    const bf16x3::Runs a = runs_of(problem.a, Factor::left), b = runs_of(problem.b, Factor::right);
    const auto packed = static_cast<double>(a.numbers() + b.numbers());
    const int threads = threads_for(3 * problem.flops, 10 * packed, r.threads);

    constexpr auto f32 = memory::data_type::f32, bf16 = memory::data_type::bf16;
    auto products = std::make_shared<PrimitiveChain>(threads),
         whole = std::make_shared<PrimitiveChain>(threads);
    const MemorySource at_a = products->book(bytes_of(a)), at_b = products->book(bytes_of(b));
    const MatmulOperands narrow{problem.describe(tripled(problem.a, Factor::left), bf16),
                                problem.describe(tripled(problem.b, Factor::right), bf16), at_a, at_b};
    const MatmulOperands wide{problem.describe(problem.a, f32), problem.describe(problem.b, f32)};
    Offer offer = matmul_offer(r, problem, narrow, threads, products);
    const Offer fallback = matmul_offer(r, problem, wide, threads, whole);
    if (!offer.accepted()) return offer;
    if (!fallback.accepted()) return fallback;
    const std::array<SplitOperand, 2> operands = {{{0, bf16x3::left, a, at_a}, {1, bf16x3::right, b, at_b}}};
    offer.kernel = std::make_shared<Bf16x3s>(operands, std::move(products), std::move(whole), threads);
    offer.note = "three bf16 products, " + offer.note;
    offer.scratch = std::max(offer.scratch, fallback.scratch);
    offer.cost = bf16x3_seconds(problem.flops, packed, threads);
    return offer;
  }

 private:
  static std::size_t bytes_of(const bf16x3::Runs& runs) {
    return 3 * sizeof(bfloat16) * static_cast<std::size_t>(runs.numbers());
  }
  Offered where_;
};

}  // namespace

std::unique_ptr<Kernel> bf16x3_matmul(Offered where) { return std::make_unique<Bf16x3Matmul>(where); }

}  // namespace luge::cpu::onednn
