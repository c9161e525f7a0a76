// Float32 matrix products of our own, for sizes at which they pass oneDNN's.
#include <fmt/format.h>

#include <algorithm>

#include "backend/cpu/matmul/candidates.h"
#include "backend/cpu/matmul/product.h"
#include "backend/cpu/onednn/cost.h"
#include "backend/cpu/operand.h"
#include "backend/cpu/own_inputs.h"
#include "ops/attributes/matmul.h"

namespace luge::cpu::matmul {
namespace {

// Why a product of this size is left to oneDNN's, which was measured to be faster there, or nothing.
std::string refuse_size(const Problem& p) {
  const bool avx2 = x64::instruction_set() == x64::Isa::avx2, across = p.a.inner != 1;
  if (across && !avx2) return "reads rows of the left side, which lie across";
  if (!across && p.depth % 1024 == 0) return "rows so far apart meet in the same lines of the first cache";
  // Less is done with what was packed.
  const int64_t narrow = avx2 && std::max(p.rows, p.depth) >= 512 ? 48 : 128;
  if (p.rows < (across ? narrow : 128) || p.depth < 128 || p.columns < narrow ||
      (!across && p.depth < 256 && p.columns < 512))
    return fmt::format("{}x{}x{} is small", p.rows, p.depth, p.columns);
  return {};
}

// Fills in both sides; why they are refused, or nothing.
std::string take_sides(const MatmulAttributes& attributes, const KernelRequest& r, Problem& problem) {
  const Shape &x = r.in[0].shape, &y = r.in[1].shape;
  if (y.rank() != 2 || x.rank() < 2) return "the right side must be one matrix";
  for (const Type& type : r.in) {
    if (type.dtype != DType::f32) return fmt::format("takes f32, got {}", luge::name(type.dtype));
  }
  if (attributes.transpose_a && x.rank() != 2) return "turns only one matrix";
  problem.columns = attributes.transpose_b ? y[0] : y[1];
  problem.depth = attributes.transpose_b ? y[1] : y[0];
  problem.rows = r.out[0].shape.elements() / std::max<int64_t>(problem.columns, 1);
  problem.a = attributes.transpose_a ? Side{1, problem.rows} : Side{problem.depth, 1};
  problem.b = attributes.transpose_b ? Side{problem.depth, 1} : Side{1, problem.columns};
  return refuse_size(problem);
}

// Fills in what follows the product; `operands` gets the input that each step reads, or -1.
std::string take_tail(const KernelRequest& r, Problem& problem, std::vector<int>& operands) {
  problem.bias = cpu::own_inputs(r) == 3;
  if (r.post.size() > most_post_ops) return fmt::format("fuses at most {} steps", most_post_ops);
  for (const PostOp& post : r.post) {
    const bool known = post.instruction == Instruction::relu || post.instruction == Instruction::add ||
                       post.instruction == Instruction::mul;
    const Shape& result = r.out[0].shape;
    const bool whole = post.operand < 0 || reach_of(r.in[static_cast<std::size_t>(post.operand)].shape,
                                                    result, result.rank() - 1) == Reach::whole;
    if (!known || !whole) return fmt::format("fuses no {} of this kind", luge::name(post.instruction));
    problem.post_ops.push_back(post.instruction == Instruction::relu  ? TilePostOp::relu
                               : post.instruction == Instruction::add ? TilePostOp::add
                                                                      : TilePostOp::mul);
    operands.push_back(post.operand);
  }
  return {};
}

class Run final : public PreparedKernel {
 public:
  Run(const Problem& problem, std::vector<int> operands, int threads)
      : product_(problem, threads), operands_(std::move(operands)), bias_(problem.bias) {}
  const Product& product() const { return product_; }

  void run(const KernelCall& call) const override {
    const auto in = [&](int k) { return static_cast<const float*>(call.in[k]); };
    Arrays arrays{in(0), in(1), static_cast<float*>(call.out[0]), bias_ ? in(2) : nullptr, {}};
    for (std::size_t k = 0; k < operands_.size(); ++k)
      arrays.operands[k] = operands_[k] < 0 ? nullptr : in(operands_[k]);
    product_.run(arrays, call.scratch);
  }

 private:
  Product product_;
  std::vector<int> operands_;
  bool bias_;
};

class OwnMatmul final : public Kernel {
 public:
  std::string_view name() const override { return "matmul"; }
  Offer offer(const KernelRequest& r) const override {
    const auto* attributes = r.op.attributes<MatmulAttributes>();
    if (!attributes) return refuse("has other attributes");
    Problem problem;
    if (std::string reason = take_sides(*attributes, r, problem); !reason.empty())
      return refuse(std::move(reason));
    std::vector<int> operands;
    if (std::string reason = take_tail(r, problem, operands); !reason.empty())
      return refuse(std::move(reason));
    const double flops = 2.0 * static_cast<double>(problem.rows) * static_cast<double>(problem.columns) *
                         static_cast<double>(problem.depth);
    const double bytes = 4 * static_cast<double>(r.in[0].shape.elements() + r.in[1].shape.elements() +
                                                 r.out[0].shape.elements());
    const int threads = onednn::threads_for(flops, bytes, r.threads);
    auto run = std::make_shared<Run>(problem, std::move(operands), threads);
    if (!run->product().possible()) return refuse("needs AVX2 or AVX-512 and memory for code");
    Offer offer;
    offer.in_layouts.assign(r.in.size(), public_layout);
    offer.out_layouts = {public_layout};
    offer.cost = onednn::seconds(DType::f32, flops, 0.85, bytes, threads);
    offer.scratch = run->product().scratch();
    offer.note = fmt::format("{}{}", run->product().note(), threads == 1 ? ", one thread" : "");
    offer.kernel = std::move(run);
    return offer;
  }
};

}  // namespace

std::unique_ptr<const Kernel> tiled_matmul() { return std::make_unique<OwnMatmul>(); }

}  // namespace luge::cpu::matmul
